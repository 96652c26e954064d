/**
 * What the kernel tests share: a graph's meaning, in float64 by the operators' plain loops, against what the compiled
 * network computes on the engine. `ESPALIER_BUILD` picks the engine's build; "baseline" by default.
 */
import type { ConvKernel } from "../../src/runtime/kernels/convolution.js";
import { DENSE_KERNELS } from "../../src/runtime/kernels/dense.js";
import { CONV_KERNELS } from "../../src/runtime/kernels/index.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { readNetwork } from "../../src/compile/raise.js";
import { formatShape, type Graph, type Shape, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { type AttrsOf, OPS, type OpName } from "../../src/ops/index.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { deriveSeed, normal } from "../../src/random.js";
import { type Build, load, type Outputs } from "../../src/runtime/index.js";

export const BUILD = (process.env["ESPALIER_BUILD"] ?? "baseline") as Build;

/**
 * Allowed error, relative to the largest sum of |terms| anywhere in the graph: 16 roundings of float32 (2^-24 each).
 * Summing n terms of mixed signs in float32 is off by about one rounding of that sum; a term that is lost or read twice
 * is off by 1 / n of it, and no sum in these tests has more than 5,000 terms.
 */
const TOLERANCE = 2 ** -20;

/** Operators that only move, compare or rename numbers: their results are exact. */
const EXACT: ReadonlySet<string> = new Set<OpName>([
  "arg-max",
  "arg-min",
  "clip",
  "concat",
  "flatten",
  "gather",
  "abs",
  "ceil",
  "floor",
  "identity",
  "max",
  "max-pool",
  "min",
  "neg",
  "pad",
  "reduce-max",
  "reduce-min",
  "relu",
  "reshape",
  "round",
  "scatter",
  "sign",
  "slice",
  "thresholded-relu",
  "transpose",
  "trunc",
]);

export interface Operand {
  readonly constant: boolean;
  readonly shape: Shape;
}

/** An input of the network. */
export const value = (...shape: number[]): Operand => ({ constant: false, shape });
/** A constant with seeded normal numbers. */
export const constant = (...shape: number[]): Operand => ({ constant: true, shape });

/** A tensor by hand. */
export const tensor = (shape: Shape, ...data: number[]): Tensor => ({ shape, data: Float64Array.from(data) });

/** One node; its name tells what it does. */
export function single<K extends OpName>(op: K, attrs: AttrsOf<K>, ...operands: readonly Operand[]): Graph {
  const b = new GraphBuilder(1);
  const inputs = operands.map(({ constant, shape }, i) =>
    constant ? b.weights(`w${i}`, shape, 1) : b.input(`x${i}`, shape),
  );
  const shapes = operands.map(({ shape }) => formatShape(shape)).join(", ");
  return b.build(`${op} ${JSON.stringify(attrs)} of ${shapes}`, [b.node("y", op, attrs, inputs)]);
}

export type Values = ReadonlyMap<string, Tensor>;

/** Seeded normal numbers for every input. */
export function drawInputs(graph: Graph, seed = 7): Map<string, Tensor> {
  const draw = ({ name, shape }: Graph["inputs"][number]) => {
    const next = normal(deriveSeed(seed, name));
    return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, next) }] as const;
  };
  return new Map(graph.inputs.map(draw));
}

const absolute = ({ shape, data }: Tensor): Tensor => ({ shape, data: Float64Array.from(data, Math.abs) });
const mapValues = (values: Values, f: (tensor: Tensor) => Tensor) =>
  new Map([...values].map(([name, tensor]) => [name, f(tensor)]));

/** What a graph means for some inputs. */
interface Reference {
  readonly graph: Graph;
  readonly inputs: Values;
  readonly values: Values;
  /** The largest sum of |terms|; 0 where there are no sums. */
  readonly largest: number;
}

function referenceOf(graph: Graph, inputs: Values): Reference {
  const values = evaluateGraph(graph, inputs);
  const isExact = graph.nodes.every(({ op }) => EXACT.has(op));
  return { graph, inputs, values, largest: isExact ? 0 : largestSum(graph, inputs, values) };
}

/** The largest finite number that appears when the graph is evaluated on absolute numbers, or among its `values`. */
function largestSum(graph: Graph, inputs: Values, values: Values): number {
  const constants = mapValues(graph.constants, absolute);
  const sums = evaluateGraph({ ...graph, constants }, mapValues(inputs, absolute));
  let largest = 0;
  // A power is larger with a negative exponent: the numbers themselves count, too.
  for (const { data } of [...sums.values(), ...values.values()]) {
    for (const number of data) if (Number.isFinite(number)) largest = Math.max(largest, number);
  }
  return largest;
}

/** What is wrong with outputs that these kernels computed, in words, or nothing. */
function missed(
  { graph, values, largest }: Reference,
  kernels: readonly string[],
  outputs: (name: string) => ArrayLike<number>,
): string | undefined {
  const errors = CONV_KERNELS.filter(({ name }) => kernels.includes(name)).map(({ error }) => error);
  const tolerance = Math.max(TOLERANCE, ...errors) * largest;
  for (const name of graph.outputs) {
    const found = difference(values.get(name)!.data, outputs(name), tolerance);
    if (found) return `output ${name}: ${found}`;
  }
  return undefined;
}

/** The first number that is off, in words; undefined where all are close. NaN equals NaN. */
export function difference(
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  if (expected.length !== actual.length) return `${expected.length} numbers expected, ${actual.length} came`;
  for (let i = 0; i < expected.length; i++) {
    const [e, a] = [expected[i]!, actual[i]!];
    if (Object.is(e, a) || e === a || Math.abs(e - a) <= tolerance) continue;
    return `element ${i}: expected ${e}, got ${a}, tolerance ${tolerance.toExponential(2)}`;
  }
  return undefined;
}

/** Loads and runs a network file once. */
export async function runFile(bytes: Uint8Array, inputs: Values): Promise<{ outputs: Outputs; kernels: string[] }> {
  const session = await load(bytes, { build: BUILD });
  const outputs = session.run(Object.fromEntries([...inputs].map(([name, { data }]) => [name, data])));
  const kernels = session.layers.map(({ kernel }) => kernel);
  session.dispose();
  return { outputs, kernels };
}

/** What is wrong with a graph's compiled form, in words, or nothing: its outputs, and its way back to a graph. */
export async function complaint(graph: Graph, inputs: Values = drawInputs(graph)): Promise<string | undefined> {
  const reference = referenceOf(graph, inputs);
  const bytes = compile(graph);
  const { outputs, kernels } = await runFile(bytes, inputs);
  const compare = (outputs: (name: string) => ArrayLike<number>, what: string) => {
    const found = missed(reference, kernels, outputs);
    return found && `${graph.name}: ${what}, ${found}`;
  };
  const raised = await readNetwork(bytes);
  const raisedMeaning = evaluateGraph(raised, inputs);
  const again = (await runFile(compile(raised), inputs)).outputs;
  return (
    compare((name) => outputs[name]!, "engine") ??
    compare((name) => raisedMeaning.get(name)!.data, "raised graph") ??
    compare((name) => again[name]!, "raised and compiled again")
  );
}

/** A graph with one convolution, by each of several kernels: what it means is computed once. */
export class KernelTrials {
  readonly #bytes: Uint8Array;
  readonly #reference: Reference;

  constructor(graph: Graph) {
    this.#bytes = compile(graph);
    this.#reference = referenceOf(graph, drawInputs(graph));
  }

  /** What is wrong with what this kernel computes, in words, or nothing. */
  async complaint(kernel: ConvKernel): Promise<string | undefined> {
    const { graph, inputs } = this.#reference;
    const { outputs, kernels } = await preferring(kernel, () => runFile(this.#bytes, inputs));
    if (!kernels.includes(kernel.name)) return `${graph.name}: ${kernels.join(", ")} instead of ${kernel.name}`;
    const found = missed(this.#reference, kernels, (name) => outputs[name]!);
    return found && `${graph.name}: ${kernel.name}, ${found}`;
  }
}

/** Runs `body` while this kernel is cheaper than any other, for dense filters and for sparse ones. */
export async function preferring<T>({ name }: ConvKernel, body: () => Promise<T>): Promise<T> {
  const preferred = [...new Set([...DENSE_KERNELS, ...CONV_KERNELS])].filter((kernel) => kernel.name === name);
  const costs = preferred.map(({ cost }) => cost);
  for (const kernel of preferred) kernel.cost = () => -Infinity;
  try {
    return await body();
  } finally {
    preferred.forEach((kernel, i) => (kernel.cost = costs[i]!));
  }
}

/** Every graph must compute what it means; all that do not are listed. */
export async function checkAll(graphs: readonly Graph[]): Promise<void> {
  const complaints: string[] = [];
  for (const graph of graphs) {
    const found = await complaint(graph).catch((error: unknown) => `${graph.name}: ${String(error)}`);
    if (found) complaints.push(found);
  }
  none(complaints);
}

/** Fails with the first complaints and their number. */
export function none(complaints: readonly string[]): void {
  assert.is(complaints.length, 0, `${complaints.length} complaints:\n${complaints.slice(0, 5).join("\n")}`);
}

/** An operator's attributes and inputs, and the output worked out by hand. */
export interface Meaning<K extends OpName> {
  readonly attrs: AttrsOf<K>;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

export interface OperatorTests<K extends OpName> {
  /** Hold `evaluate` to numbers worked out by hand. */
  readonly meanings: readonly Meaning<K>[];
  /** Shapes and attributes under what they have in common. */
  readonly cases: Readonly<Record<string, readonly Graph[]>>;
  /** Attributes and shapes that `infer` refuses, and the message. */
  readonly refused?: readonly (readonly [attrs: AttrsOf<K>, inputs: readonly Shape[], message: RegExp])[];
}

/** The tests of one operator; more can be added before `run`. */
export function operatorSuite<K extends OpName>(name: K, { meanings, cases, refused = [] }: OperatorTests<K>) {
  const test = suite(`ops/${name}`);
  const op = OPS.get(name)!;
  meanings.forEach(({ attrs, inputs, output }, i) => {
    test(`means what was worked out by hand, ${i + 1}`, () => {
      const [actual] = op.evaluate(attrs, inputs);
      assert.equal(actual!.shape, output.shape);
      assert.is(difference(output.data, actual!.data, 1e-9), undefined);
      const shapes = inputs.map(({ shape }) => shape);
      assert.equal(op.infer(attrs, shapes), [output.shape]);
    });
  });
  for (const [what, graphs] of Object.entries(cases)) test(what, () => checkAll(graphs));
  for (const [attrs, inputs, message] of refused) {
    test(`refuses ${JSON.stringify(attrs)} of ${inputs.map(formatShape).join(", ")}`, () => {
      assert.throws(() => op.infer(attrs, inputs), message);
    });
  }
  return test;
}

/** `[from, from + 1, ..., to]`. */
export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
