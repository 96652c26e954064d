/** What a user may want to know of an import: what was computed away, left out, converted, fixed. */
import { EspalierError } from "../errors.js";
import type { Graph, GraphInput } from "../graph/graph.js";
import type { onnx } from "../gen/onnx.js";
import { inferShapes } from "../ops/walk.js";
import { elementType, FLOAT } from "./element-types.js";
import { type Absent, isDefaultDomain, type NodeProto } from "./import-nodes.js";
import type { TensorProto } from "./tensor-proto.js";

type ModelProto = onnx.ModelProto.$Properties;

/** The newest opset that the importers were checked against. */
const NEWEST_OPSET = 25;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const was = (count: number): string => (count === 1 ? "was" : "were");

/** `Shape 4, Gather 2`: how often each occurs, most often first. */
function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => (count === words.length ? word : `${word} ${count}`))
    .join(", ");
}

export function noteUnusual(model: ModelProto, opset: number, notes: string[]): void {
  if (opset > NEWEST_OPSET)
    notes.push(`opset ${opset} is newer than ${NEWEST_OPSET}, the newest one this was checked with`);
  const others = (model.opsetImport ?? []).filter(({ domain }) => !isDefaultDomain(domain));
  if (others.length > 0) notes.push(`operators of ${others.map(({ domain }) => domain).join(", ")} are not supported`);
}

/** Weights in other floating-point types; integers are shapes and indices, and stay what they are. */
export function noteConverted(tensors: readonly TensorProto[], notes: string[]): void {
  const names = tensors.flatMap(({ dataType }) => {
    if (!dataType || dataType === FLOAT) return [];
    const { kind, name } = elementType(dataType);
    return kind === "float" || kind === "double" ? [name] : [];
  });
  if (names.length > 0) notes.push(`${counted(names.length, "tensor")} of ${tally(names)} became float32`);
}

export function noteNodes({ computed, unneeded }: Absent, notes: string[]): void {
  const types = (nodes: readonly NodeProto[]) => tally(nodes.map(({ opType }) => opType ?? ""));
  // A constant that is written as a node is not computed.
  const work = computed.filter(({ opType }) => opType !== "Constant");
  if (work.length > 0) {
    const count = work.length;
    notes.push(`${counted(count, "node")} on constants and shapes ${was(count)} computed away (${types(work)})`);
  }
  if (unneeded.length > 0) {
    const count = unneeded.length;
    notes.push(`${counted(count, "node")} that no output depends on ${was(count)} left out (${types(unneeded)})`);
  }
}

/** The graph without inputs that nothing reads, unless it would be left without any. */
export function dropUnusedInputs(graph: Graph, notes: string[]): Graph {
  const read = new Set([...graph.outputs, ...graph.nodes.flatMap((node) => node.inputs)]);
  const inputs = graph.inputs.filter(({ name }) => read.has(name));
  if (inputs.length === 0 || inputs.length === graph.inputs.length) return graph;
  for (const { name } of graph.inputs.filter((input) => !inputs.includes(input))) {
    notes.push(`input "${name}" is read by nothing and was left out`);
  }
  return { ...graph, inputs };
}

/** Shapes that the model computed became numbers; says if they only fit this batch. */
export function noteFixedBatch(graph: Graph, notes: string[]): void {
  const another = (input: GraphInput) => [input.shape[0]! + 1, ...input.shape.slice(1)];
  const inputs = graph.inputs.map((input) => (input.batch ? { ...input, shape: another(input) } : input));
  try {
    inferShapes({ ...graph, inputs });
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    const batch = graph.inputs.find((input) => input.batch)?.shape[0];
    notes.push(`the batch is symbolic, but the network only works for a batch of ${batch} (${error.message})`);
  }
}
