/** Every result is compared with the masked network, run by dense kernels, on random input; one that differs is refused. */
import { ModelError } from "../errors.js";
import { type Graph, sizeOf } from "../graph/graph.js";
import { inferShapes } from "../ops/walk.js";
import { deriveSeed, normal } from "../random.js";
import { type Applied, cutTensor } from "./apply.js";
import type { Runner } from "./runner.js";

/** Largest difference that float32 rounding in another order explains, relative to the largest output. */
const TOLERANCE = 1e-4;

export interface Equality {
  /** Largest absolute difference of a compared value, divided by the largest absolute number of that value. */
  readonly maxRelative: number;
}

/**
 * Compares a cut with the masked network: the outputs, and in a second run the results of all nodes that make channels
 * (`checkpoints`), because a softmax behind them hides what goes wrong. Throws a `ModelError` where they differ by more than
 * rounding.
 */
export async function checkCut(
  masked: Graph,
  cut: Applied,
  checkpoints: readonly string[],
  runner: Runner,
  seed: number,
): Promise<Equality> {
  const outputs = await checkEquality(masked, cut.graph, runner, seed);
  const values = checkpoints.filter((name) => !masked.outputs.includes(name));
  if (values.length === 0) return outputs;
  const inputs = randomInputs(masked, seed);
  const observed = (graph: Graph) => ({ ...graph, outputs: [...graph.outputs, ...values] });
  const expected = await runOnce(observed(masked), inputs, runner, DENSE);
  const actual = await runOnce(observed(cut.graph), inputs, runner);
  const shapes = inferShapes(masked);
  const differences = values.map((name) => {
    const whole = { shape: shapes.get(name)!, data: expected[name]! };
    return difference(cutTensor(whole, cut.kept.get(name)!).data, actual[name]!);
  });
  return accept(Math.max(outputs.maxRelative, ...differences), cut.graph);
}

/** Runs both on the same random input and compares the outputs. Throws a `ModelError` where they differ by more than rounding. */
export async function checkEquality(masked: Graph, cut: Graph, runner: Runner, seed: number): Promise<Equality> {
  const inputs = randomInputs(masked, seed);
  const expected = await runOnce(masked, inputs, runner, DENSE);
  const actual = await runOnce(cut, inputs, runner);
  return accept(Math.max(...masked.outputs.map((name) => difference(expected[name]!, actual[name]!))), cut);
}

function randomInputs(graph: Graph, seed: number): Record<string, Float32Array> {
  return Object.fromEntries(
    graph.inputs.map(({ name, shape }) => {
      const next = normal(deriveSeed(seed, name));
      return [name, Float32Array.from({ length: sizeOf(shape) }, () => next())];
    }),
  );
}

function accept(maxRelative: number, cut: Graph): Equality {
  if (maxRelative <= TOLERANCE) return { maxRelative };
  throw new ModelError(
    `the cut network differs from the masked one by ${maxRelative.toExponential(2)} of the largest number of a value, at most ${TOLERANCE} is allowed; nothing was written`,
    cut.name,
  );
}

/** So that sparse kernels are compared with others, not with themselves. */
const DENSE = { zeros: "stored" } as const;

async function runOnce(
  graph: Graph,
  inputs: Readonly<Record<string, Float32Array>>,
  runner: Runner,
  options?: typeof DENSE,
) {
  const prepared = await runner.prepare(graph, options);
  try {
    return prepared.run(inputs);
  } finally {
    prepared.dispose();
  }
}

function difference(expected: Float32Array | Float64Array, actual: Float32Array): number {
  let [largest, most] = [0, 0];
  expected.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    const apart = Math.abs(value - actual[i]!);
    most = Number.isNaN(apart) ? Infinity : Math.max(most, apart);
  });
  return most === 0 ? 0 : most / (largest || 1);
}
