/** Times contenders side by side in one process, so that a drifting machine is fair to all. */
import { uniform } from "../src/random.js";

export interface RaceOptions {
  /** Measured rounds; each runs every contender once, in an order that is drawn anew. */
  readonly runs: number;
  /** Time for each contender to reach its speed first; two runs at least. */
  readonly warmUpMs: number;
  /** Rest in front of each measured run, for threads that are still busy waiting to fall asleep. Default 0. */
  readonly restMs?: number;
}

export interface Times {
  readonly medianMs: number;
  readonly minMs: number;
}

/** The times of each contender, which does one whole run when called. */
export async function race(contenders: readonly (() => unknown)[], options: RaceOptions): Promise<Times[]> {
  const { runs, warmUpMs, restMs = 0 } = options;
  for (const run of contenders) await warmUp(run, warmUpMs);
  const times = contenders.map((): number[] => []);
  const next = uniform(1);
  for (let round = 0; round < runs; round++) {
    for (const i of shuffled(contenders.length, next)) {
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      times[i]!.push(await timeOnce(contenders[i]!));
    }
  }
  return times.map(summarise);
}

async function timeOnce(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

async function warmUp(run: () => unknown, milliseconds: number): Promise<void> {
  await run();
  let spent = 0;
  do spent += await timeOnce(run);
  while (spent < milliseconds);
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

function summarise(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  return { medianMs: sorted[sorted.length >> 1]!, minMs: sorted[0]! };
}
