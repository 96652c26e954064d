/**
 * An evolutionary particle filter: candidates are weighed by how often the network answers otherwise, drawn anew in proportion to
 * their weights, and disturbed a little.
 *
 * Anwar, Hwang, Sung 2017, Structured Pruning of Deep Convolutional Neural Networks, section 4. The paper says neither how many
 * particles nor how many rounds; weights here are exp(-sharpness * error).
 */
import { uniform } from "../random.js";

export interface Evolution<State> {
  readonly start: State;
  /** A neighbour of a state, by lot. */
  readonly disturb: (state: State, next: () => number) => State;
  /** From 0 on, the smaller the better. */
  readonly errorOf: (state: State) => Promise<number>;
  readonly particles: number;
  readonly rounds: number;
  readonly seed: number;
}

/** How much a wrong answer weighs. */
const SHARPNESS = 20;

/** The best state that was met; the start, where none was better. */
export async function evolve<State>(evolution: Evolution<State>): Promise<State> {
  const { start, disturb, errorOf, particles, rounds } = evolution;
  const next = uniform(evolution.seed);
  let best = { state: start, error: await errorOf(start) };
  let drawn = Array.from({ length: particles }, () => start);
  for (let round = 0; round < rounds; round++) {
    const weighed = [];
    for (const state of drawn.map((parent) => disturb(parent, next))) {
      const error = await errorOf(state);
      if (error < best.error) best = { state, error };
      weighed.push({ state, weight: Math.exp(-SHARPNESS * error) });
    }
    drawn = resample(weighed, next());
  }
  return best.state;
}

/** As many states, each as often as its weight says: systematic resampling, `offset` in [0, 1) (Kitagawa 1996). */
export function resample<State>(
  weighed: readonly { readonly state: State; readonly weight: number }[],
  offset: number,
): State[] {
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const drawn: State[] = [];
  let [reached, at] = [0, -1];
  for (let i = 0; i < weighed.length; i++) {
    const pointer = ((i + offset) / weighed.length) * total;
    while (at < weighed.length - 1 && reached <= pointer) reached += weighed[++at]!.weight;
    drawn.push(weighed[at]!.state);
  }
  return drawn;
}
