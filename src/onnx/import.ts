/** ONNX to a graph: decoded, checked, shape arithmetic computed away, every operator one of ours. */
import { ModelError, RequestError } from "../errors.js";
import { dropUnused } from "../graph/edit.js";
import type { Graph, GraphInput, Shape } from "../graph/graph.js";
import { verifyGraph } from "../graph/verify.js";
import { onnx } from "../gen/onnx.js";
import { inferShapes } from "../ops/walk.js";
import { decodeMessage, toNumber } from "./decode.js";
import { isWholeInput, readInput } from "./import-inputs.js";
import { importNodes, isDefaultDomain, nameNodes, neededValues } from "./import-nodes.js";
import { ImportScope, within } from "./import-scope.js";
import { readAbout } from "./metadata.js";
import { dropUnusedInputs, noteConverted, noteFixedBatch, noteNodes, noteUnusual } from "./notes.js";
import { type External, readTensorProto, type TensorProto } from "./tensor-proto.js";

export interface ImportOptions {
  /** Answers with the bytes of a file beside the model, for weights that are stored there. */
  readonly external?: External;
  /** What the graph is called; else the model's own name. */
  readonly name?: string;
  /** Sizes of inputs that the model leaves open, by input name: all dimensions, the batch first. */
  readonly shapes?: Readonly<Record<string, Shape>>;
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

/** Initializers, and the values of constant nodes. */
function neededTensors(graph: GraphProto, needed: ReadonlySet<string>): TensorProto[] {
  const constants = graph.node!.filter(({ opType, output }) => opType === "Constant" && needed.has(output?.[0] ?? ""));
  const written = constants.flatMap(({ attribute }) => (attribute ?? []).flatMap(({ t }) => t ?? []));
  return [...(graph.initializer ?? []).filter(({ name }) => needed.has(name ?? "")), ...written];
}

/** Before IR version 4 initializers are listed as inputs, too; they stay constants. */
function defineInputs(
  graph: GraphProto,
  shapes: NonNullable<ImportOptions["shapes"]>,
  scope: ImportScope,
): GraphInput[] {
  const initializers = new Set((graph.initializer ?? []).map(({ name }) => name));
  const given = (graph.input ?? []).filter(({ name }) => !initializers.has(name));
  const unknown = Object.keys(shapes).find((asked) => !given.some(({ name }) => name === asked));
  if (unknown !== undefined) {
    throw new RequestError(`no such input; there is ${given.map(({ name }) => name).join(", ")}`, unknown);
  }
  return given.map((info) =>
    within(`input "${info.name}"`, () => {
      const name = info.name ?? "";
      const input = readInput(info, Object.hasOwn(shapes, name) ? shapes[name] : undefined, scope.notes);
      scope.defineValue(input.name, input.shape);
      if (isWholeInput(info)) scope.markWhole(input.name);
      return input;
    }),
  );
}

function defineOutputs(names: readonly string[], scope: ImportScope): void {
  for (const name of names) {
    if (!scope.isDefined(name)) throw new ModelError("is not computed by any node", `output "${name}"`);
    if (scope.quantised.has(name) || scope.standIns.has(name)) {
      throw new ModelError(
        "is quantised; end the model with DequantizeLinear, or export the float model",
        `output "${name}"`,
      );
    }
    scope.keep(name, `output "${name}"`);
  }
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
  const inputs = defineInputs(proto, options.shapes ?? {}, scope);
  noteNodes(importNodes(nodes, names, needed, scope), scope.notes);
  noteConverted(neededTensors(proto, needed), scope.notes);
  defineOutputs(outputs, scope);
  const whole = dropUnused({
    name: options.name ?? (proto.name || "network"),
    inputs,
    outputs,
    nodes: scope.nodes,
    constants: scope.tensors,
    about: readAbout(model.metadataProps ?? [], scope.notes),
  });
  const graph = dropUnusedInputs(whole, scope.notes);
  verifyGraph(graph);
  inferShapes(graph);
  noteFixedBatch(graph, scope.notes);
  return { graph, opset, notes: scope.notes };
}
