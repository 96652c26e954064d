/** Times contenders side by side in one process, so that a drifting machine is fair to all. */
import { uniform } from "../src/random.js";

export interface RaceOptions {
  /** Measured rounds; each runs every contender once, in an order that is drawn anew. */
  readonly runs: number;
  /** Time for each contender to reach its speed first, and up to four times that until it has settled. */
  readonly warmUpMs: number;
  /** Rest in front of each measured run, for threads that are still busy waiting to fall asleep. Default 0. */
  readonly restMs?: number;
}

/** Of the warm-up. */
const PARTS = 4;
/** Runs that are looked at for whether they are settled, and how many times the fastest they may take then. */
const WINDOW = 5;
const SETTLED = 1.2;

export interface Times {
  readonly medianMs: number;
  readonly minMs: number;
}

/** The times of each contender, which does one whole run when called. */
export async function race(contenders: readonly (() => unknown)[], options: RaceOptions): Promise<Times[]> {
  const { runs, warmUpMs, restMs = 0 } = options;
  await warmUp(contenders, warmUpMs);
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

/**
 * Engines make fast code after some time of slow code, in threads of their own that may be late; V8 from 13.7 on also takes wrong
 * guesses in wasm back, some twenty runs later, and is slow for a second again. So all are warmed up in turn, part by part.
 */
async function warmUp(contenders: readonly (() => unknown)[], milliseconds: number): Promise<void> {
  const times = contenders.map((): number[] => []);
  const part = milliseconds / PARTS;
  for (let done = 1; done <= PARTS; done++) {
    for (const [i, run] of contenders.entries()) await runFor(run, times[i]!, part);
  }
  for (const [i, run] of contenders.entries()) {
    for (let parts = PARTS; parts < 4 * PARTS && !isSettled(times[i]!); parts++) await runFor(run, times[i]!, part);
  }
}

/** At least once. */
async function runFor(run: () => unknown, times: number[], milliseconds: number): Promise<void> {
  let spent = 0;
  do {
    const time = await timeOnce(run);
    times.push(time);
    spent += time;
  } while (spent < milliseconds);
}

/** Whether most of the last runs are about as fast as the fastest one. */
function isSettled(times: readonly number[]): boolean {
  return summarise(times.slice(-WINDOW)).medianMs <= SETTLED * Math.min(...times);
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
