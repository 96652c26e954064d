/** ONNX to a graph: decoded, checked, shape arithmetic computed away, every operator one of ours. */
import { EspalierError, ModelError } from "../errors.js";
import { dropUnused } from "../graph/edit.js";
import type { Graph, GraphInput } from "../graph/graph.js";
import { verifyGraph } from "../graph/verify.js";
import { onnx } from "../gen/onnx.js";
import { inferShapes } from "../ops/walk.js";
import { decodeMessage, toNumber } from "./decode.js";
import { isWholeInput, readInput } from "./import-inputs.js";
import { importNodes, isDefaultDomain, nameNodes, neededValues } from "./import-nodes.js";
import { ImportScope, within } from "./import-scope.js";
import { readAbout } from "./metadata.js";
import { type External, readTensorProto } from "./tensor-proto.js";

export interface ImportOptions {
  /** Answers with the bytes of a file beside the model, for weights that are stored there. */
  readonly external?: External;
  /** What the graph is called; else the model's own name. */
  readonly name?: string;
}

export interface Imported {
  readonly graph: Graph;
  /** The version of the operator set that the model was written for. */
  readonly opset: number;
  /** What a user may want to know: nothing here stops the import. */
  readonly notes: readonly string[];
}

type ModelProto = onnx.ModelProto.$Properties;
type GraphProto = onnx.GraphProto.$Properties;

const OLDEST_OPSET = 1;
/** The newest one that the importers were checked against. */
const NEWEST_OPSET = 25;

function readOpset(model: ModelProto): number {
  const entry = model.opsetImport?.find(({ domain }) => isDefaultDomain(domain));
  if (!entry) throw new ModelError("the model does not say which opset it uses");
  const opset = toNumber(entry.version);
  if (opset >= OLDEST_OPSET) return opset;
  throw new ModelError(
    `opset ${opset} is too old, expected ${OLDEST_OPSET} or newer; convert with onnx.version_converter`,
  );
}

function graphOf(model: ModelProto, size: number): GraphProto {
  const { graph } = model;
  if (!graph) throw new ModelError(`not an ONNX model: there is no graph in its ${size} bytes`);
  if (model.functions?.length) {
    const names = model.functions.map(({ name }) => name).join(", ");
    throw new ModelError(`functions of the model's own (${names}) are not supported; export with them inlined`);
  }
  if (graph.sparseInitializer?.length) {
    const names = graph.sparseInitializer.map(({ values }) => values?.name ?? "").join(", ");
    throw new ModelError(`sparse initializers (${names}) are not supported; export with dense ones`);
  }
  if (!graph.node?.length) throw new ModelError("the model has no nodes");
  if (!graph.output?.length) throw new ModelError("the model has no outputs");
  return graph;
}

function valueNames(graph: GraphProto): Set<string> {
  const computed = graph.node!.flatMap(({ output }) => output ?? []);
  const given = [...(graph.input ?? []), ...(graph.initializer ?? [])].map(({ name }) => name ?? "");
  return new Set([...computed, ...given]);
}

/** Those that something needs. */
function defineInitializers(graph: GraphProto, needed: ReadonlySet<string>, scope: ImportScope): void {
  for (const proto of graph.initializer ?? []) {
    const name = proto.name ?? "";
    if (!needed.has(name)) continue;
    within(`tensor "${name}"`, () => scope.defineConstant(name, readTensorProto(proto, name, scope.external)));
  }
}

/** Before IR version 4 initializers are listed as inputs, too; they stay constants. */
function defineInputs(graph: GraphProto, scope: ImportScope): GraphInput[] {
  const initializers = new Set((graph.initializer ?? []).map(({ name }) => name));
  const given = (graph.input ?? []).filter(({ name }) => !initializers.has(name));
  return given.map((info) =>
    within(`input "${info.name}"`, () => {
      const input = readInput(info, scope.notes);
      scope.defineValue(input.name, input.shape);
      if (isWholeInput(info)) scope.markWhole(input.name);
      return input;
    }),
  );
}

function defineOutputs(names: readonly string[], scope: ImportScope): void {
  for (const name of names) {
    if (!scope.isDefined(name)) throw new ModelError("is not computed by any node", `output "${name}"`);
    scope.keep(name, `output "${name}"`);
  }
}

/** Shapes that the model computed became numbers; says if they only fit a batch of 1. */
function noteFixedBatch(graph: Graph, notes: string[]): void {
  const inputs = graph.inputs.map((input) => (input.batch ? { ...input, shape: [2, ...input.shape.slice(1)] } : input));
  try {
    inferShapes({ ...graph, inputs });
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    notes.push(`the batch is symbolic, but the network only works for a batch of 1 (${error.message})`);
  }
}

function noteUnusual(model: ModelProto, opset: number, notes: string[]): void {
  if (opset > NEWEST_OPSET)
    notes.push(`opset ${opset} is newer than ${NEWEST_OPSET}, the newest one this was checked with`);
  const others = (model.opsetImport ?? []).filter(({ domain }) => !isDefaultDomain(domain));
  if (others.length > 0) notes.push(`operators of ${others.map(({ domain }) => domain).join(", ")} are not supported`);
}

/** Throws a `ModelError` for whatever is wrong with the bytes or not supported. */
export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Imported {
  const model = decodeMessage(onnx.ModelProto, "an ONNX model", bytes);
  const proto = graphOf(model, bytes.length);
  const opset = readOpset(model);
  const outputs = proto.output!.map(({ name }) => name ?? "");
  const nodes = proto.node!;
  const needed = neededValues(nodes, outputs);
  const { names, taken } = nameNodes(nodes);
  const scope = new ImportScope(opset, valueNames(proto), taken, options.external);
  noteUnusual(model, opset, scope.notes);
  defineInitializers(proto, needed, scope);
  const inputs = defineInputs(proto, scope);
  importNodes(nodes, names, needed, scope);
  defineOutputs(outputs, scope);
  const graph = dropUnused({
    name: options.name ?? (proto.name || "network"),
    inputs,
    outputs,
    nodes: scope.nodes,
    constants: scope.tensors,
    about: readAbout(model.metadataProps ?? [], scope.notes),
  });
  verifyGraph(graph);
  inferShapes(graph);
  noteFixedBatch(graph, scope.notes);
  return { graph, opset, notes: scope.notes };
}
