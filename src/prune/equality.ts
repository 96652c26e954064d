/** Every cut is compared with the masked network on random input; one that differs is refused. */
import { ModelError } from "../errors.js";
import { type Graph, sizeOf } from "../graph/graph.js";
import { deriveSeed, normal } from "../random.js";
import type { Runner } from "./runner.js";

/** Largest difference that float32 rounding in another order explains, relative to the largest output. */
const TOLERANCE = 1e-4;

export interface Equality {
  /** Largest absolute difference of any output, divided by the largest absolute value of that output. */
  readonly maxRelative: number;
}

/** Runs both on the same random input. Throws a `ModelError` where they differ by more than rounding. */
export async function checkEquality(masked: Graph, cut: Graph, runner: Runner, seed: number): Promise<Equality> {
  const inputs = Object.fromEntries(
    masked.inputs.map(({ name, shape }) => {
      const next = normal(deriveSeed(seed, name));
      return [name, Float32Array.from({ length: sizeOf(shape) }, () => next())];
    }),
  );
  const [expected, actual] = [await runOnce(masked, inputs, runner), await runOnce(cut, inputs, runner)];
  const maxRelative = Math.max(...masked.outputs.map((name) => difference(expected[name]!, actual[name]!)));
  if (!(maxRelative <= TOLERANCE)) {
    throw new ModelError(
      `the cut network differs from the masked one by ${maxRelative.toExponential(2)} of its largest output, at most ${TOLERANCE} is allowed; nothing was written`,
      cut.name,
    );
  }
  return { maxRelative };
}

async function runOnce(graph: Graph, inputs: Readonly<Record<string, Float32Array>>, runner: Runner) {
  const prepared = await runner.prepare(graph);
  try {
    return prepared.run(inputs);
  } finally {
    prepared.dispose();
  }
}

function difference(expected: Float32Array, actual: Float32Array): number {
  let [largest, most] = [0, 0];
  expected.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    const apart = Math.abs(value - actual[i]!);
    most = Number.isNaN(apart) ? Infinity : Math.max(most, apart);
  });
  return most === 0 ? 0 : most / (largest || 1);
}
