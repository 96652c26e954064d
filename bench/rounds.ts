/** Measured rounds: each runs every contender once, in an order that is drawn anew, so that a drifting machine is fair to all. */
import { uniform } from "../src/random.js";

/** Does one run, and gives its milliseconds. */
export type Contender = () => number | Promise<number>;

export interface Times {
  readonly medianMs: number;
  readonly minMs: number;
}

export interface RoundOptions {
  readonly runs: number;
  /** Rest in front of each run, for threads that are still busy waiting to fall asleep. Default 0. */
  readonly restMs?: number;
}

/** The times of each contender. */
export async function playRounds(contenders: readonly Contender[], options: RoundOptions): Promise<Times[]> {
  const { runs, restMs = 0 } = options;
  const times = contenders.map((): number[] => []);
  const next = uniform(1);
  for (let round = 0; round < runs; round++) {
    for (const i of shuffled(contenders.length, next)) {
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      times[i]!.push(await contenders[i]!());
    }
  }
  return times.map(summarise);
}

/** Runs a contender for so long, at least once; the time of each run. */
export async function runFor(contender: Contender, milliseconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  do times.push(await contender());
  while (performance.now() < end);
  return times;
}

export function summarise(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  return { medianMs: sorted[sorted.length >> 1]!, minMs: sorted[0]! };
}

/** The numbers below `count` in random order (Fisher and Yates 1938). */
function shuffled(count: number, next: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
