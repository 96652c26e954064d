/** A graph to ONNX: opset 13 unless an operator needs a newer one, weights as raw data, a symbolic batch by name. */
import { EspalierError } from "../errors.js";
import type { Graph, GraphInput, Shape } from "../graph/graph.js";
import { verifyGraph } from "../graph/verify.js";
import { onnx } from "../gen/onnx.js";
import type { NodeOf, OpName } from "../ops/index.js";
import { opOf } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";
import { FLOAT } from "./element-types.js";
import { ExportScope, type Exporter } from "./export-scope.js";
import { writeAbout } from "./metadata.js";
import { EXPORTERS, OPSET_NEEDED } from "./ops/index.js";
import { fillPositions } from "./fill-positions.js";
import { splitTaps } from "./split-taps.js";

type ValueInfo = onnx.ValueInfoProto.$Properties;
type AnyNode = NodeOf<OpName>;

const USUAL_OPSET = 13;
/** The IR version of the release that brought the opset (onnx/docs/Versioning.md); newer ones than needed shut readers out. */
const IR_VERSIONS: readonly { readonly from: number; readonly ir: number }[] = [
  { from: 23, ir: 11 },
  { from: 21, ir: 10 },
  { from: 19, ir: 9 },
  { from: 15, ir: 8 },
  { from: 0, ir: 7 },
];

function opsetFor(graph: Graph): number {
  const shapes = inferShapes(graph);
  const needed = (graph.nodes as readonly AnyNode[]).map((node) => {
    const ask = OPSET_NEEDED[node.op] as ((attrs: object, x: Shape) => number) | undefined;
    return ask?.(node.attrs, shapes.get(node.inputs[0]!)!) ?? 0;
  });
  return Math.max(USUAL_OPSET, ...needed);
}

/** `batch` in place of the first size, where there is one. */
function valueInfo(name: string, shape: Shape, batch: string): ValueInfo {
  const dim = shape.map((size, axis) => (axis === 0 && batch ? { dimParam: batch } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

const withBatch = (input: GraphInput, size: number): GraphInput =>
  input.batch ? { ...input, shape: [size, ...input.shape.slice(1)] } : input;

/** Shapes for a batch of 2; the usual ones where the network only works for its own batch. */
function shapesOfTwo(graph: Graph): ReadonlyMap<string, Shape> {
  try {
    return inferShapes({ ...graph, inputs: graph.inputs.map((input) => withBatch(input, 2)) });
  } catch (error) {
    if (error instanceof EspalierError) return inferShapes(graph);
    throw error;
  }
}

/** Outputs whose first size follows the batch carry its name. */
function outputInfos(graph: Graph, scope: ExportScope): ValueInfo[] {
  const batch = graph.inputs.find((input) => input.batch)?.batch ?? "";
  const ofTwo = shapesOfTwo(graph);
  return graph.outputs.map((name) => {
    const shape = scope.shape(name);
    return valueInfo(name, shape, ofTwo.get(name)![0] === shape[0] ? "" : batch);
  });
}

function exportNodes(graph: Graph, scope: ExportScope): void {
  for (const node of graph.nodes as readonly AnyNode[]) {
    // The table pairs names and nodes; the compiler only sees the union of both.
    const write = EXPORTERS[opOf(node).name as OpName] as Exporter<OpName>;
    write(node, scope);
  }
}

/**
 * The bytes of a model that ONNX's own checker accepts. Convolutions that read few taps are split into dilated ones; those that compute
 * some positions are strided and resized where the positions are a regular grid.
 */
export function exportOnnx(whole: Graph): Uint8Array {
  verifyGraph(whole);
  const graph = splitTaps(fillPositions(whole));
  const opset = opsetFor(graph);
  const scope = new ExportScope(graph, opset);
  exportNodes(graph, scope);
  const model: onnx.ModelProto.$Properties = {
    irVersion: IR_VERSIONS.find(({ from }) => opset >= from)!.ir,
    producerName: "espalier",
    opsetImport: [{ domain: "", version: opset }],
    metadataProps: writeAbout(graph.about),
    graph: {
      name: graph.name || "network",
      node: scope.nodes,
      initializer: scope.initializers(),
      input: graph.inputs.map(({ name, shape, batch }) => valueInfo(name, shape, batch)),
      output: outputInfos(graph, scope),
    },
  };
  return onnx.ModelProto.encode(model).finish();
}
