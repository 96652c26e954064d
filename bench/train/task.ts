/** What all contenders train: a network of `MODELS`, one batch, one optimiser; and the same as files for those that are no JavaScript. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, sizeOf } from "../../src/graph/graph.js";
import { logitsOf } from "../../src/train/logits.js";
import { deriveSeed, normal, uniform } from "../../src/random.js";
import { sgd, TrainingStep } from "../../src/train/index.js";

/** Of stochastic gradient descent. Weights decay; biases and norms do not. */
export const RULE = { learningRate: 0.02, momentum: 0.9, weightDecay: 5e-4 } as const;

export interface RandomBatch {
  /** Images one behind the other, and a class for each. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** Standard normal pixels and uniform labels, the same for every batch of this seed; smaller batches are its beginning. */
export function randomBatch(graph: Graph, batch: number, classes: number, seed = 1): RandomBatch {
  const [pixel, label] = [normal(deriveSeed(seed, "images")), uniform(deriveSeed(seed, "labels"))];
  return {
    images: Float32Array.from({ length: batch * sizeOf(graph.inputs[0]!.shape) }, pixel),
    labels: Int32Array.from({ length: batch }, () => Math.floor(label() * classes)),
  };
}

/** What becomes of each constant in training. */
export type Role = "weight" | "bias" | "norm" | "statistic" | "constant";

/** What training would change of a graph, and how many classes it tells apart. */
export function rolesOf(graph: Graph): { roles: ReadonlyMap<string, Role>; classes: number } {
  const plan = TrainingStep.plan(graph, { batch: 1, optimiser: sgd(RULE), build: "baseline" });
  const roles = new Map<string, Role>([...graph.constants.keys()].map((name) => [name, "constant"]));
  for (const { name, role } of plan.parameters.list) roles.set(name, role);
  for (const { name } of plan.statistics) roles.set(name, "statistic");
  return { roles, classes: plan.classes };
}

/** Numbers in `numbers.bin`: little endian, of 4 bytes each, from this one on. */
interface Stretch {
  readonly shape: readonly number[];
  readonly offset: number;
}

/** `task.json`. */
export interface TaskFile {
  readonly nodes: readonly Pick<Graph["nodes"][number], "op" | "inputs" | "outputs" | "attrs">[];
  readonly input: string;
  /** The value whose cross-entropy is the loss. */
  readonly logits: string;
  readonly constants: readonly (Stretch & { readonly name: string; readonly role: Role })[];
  readonly batches: readonly { readonly images: Stretch; readonly labels: Stretch }[];
  readonly rule: typeof RULE;
}

/** Writes `task.json` and `numbers.bin` into a folder. */
export function writeTask(folder: string, graph: Graph, batches: readonly RandomBatch[]): void {
  const parts: (Float32Array | Int32Array)[] = [];
  let end = 0;
  const add = (shape: readonly number[], numbers: Float32Array | Int32Array): Stretch => {
    parts.push(numbers);
    end += numbers.length;
    return { shape, offset: end - numbers.length };
  };
  const { roles } = rolesOf(graph);
  const [input] = graph.inputs;
  const task: TaskFile = {
    nodes: graph.nodes.map(({ op, inputs, outputs, attrs }) => ({ op, inputs, outputs, attrs })),
    input: input!.name,
    logits: logitsOf(graph),
    constants: [...graph.constants].map(([name, { shape, data }]) => {
      return { name, role: roles.get(name)!, ...add(shape, Float32Array.from(data)) };
    }),
    batches: batches.map(({ images, labels }) => ({
      images: add([labels.length, ...input!.shape.slice(1)], images),
      labels: add([labels.length], labels),
    })),
    rule: RULE,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "task.json"), JSON.stringify(task));
  writeFileSync(join(folder, "numbers.bin"), Buffer.concat(parts.map(bytesOf)));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
