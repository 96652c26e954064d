/** Times contenders side by side, each warmed up first. */
import { type Contender, playRounds, type RoundOptions, runFor, summarise, type Times } from "./rounds.js";

export interface RaceOptions extends RoundOptions {
  /** Time for each contender to reach its speed first, and up to four times that until it has settled. */
  readonly warmUpMs: number;
}

/** Of the warm-up. */
const PARTS = 4;
/** Runs that are looked at for whether they are settled, and how many times the fastest they may take then. */
const WINDOW = 5;
const SETTLED = 1.2;

/** The times of each contender, which does one whole run when called. */
export async function race(runs: readonly (() => unknown)[], options: RaceOptions): Promise<Times[]> {
  return raceTimed(runs.map(onTheClock), options);
}

/** The same for contenders that measure themselves. */
export async function raceTimed(contenders: readonly Contender[], options: RaceOptions): Promise<Times[]> {
  await warmUp(contenders, options.warmUpMs);
  return playRounds(contenders, options);
}

function onTheClock(run: () => unknown): Contender {
  return async () => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
}

/**
 * Engines make fast code after some time of slow code, in threads of their own that may be late; V8 from 13.7 on also takes wrong
 * guesses in wasm back, some twenty runs later, and is slow for a second again. So all are warmed up in turn, part by part.
 */
async function warmUp(contenders: readonly Contender[], milliseconds: number): Promise<void> {
  const times = contenders.map((): number[] => []);
  const runPart = async (i: number) => times[i]!.push(...(await runFor(contenders[i]!, milliseconds / PARTS)));
  for (let done = 1; done <= PARTS; done++) {
    for (const i of contenders.keys()) await runPart(i);
  }
  for (const i of contenders.keys()) {
    for (let parts = PARTS; parts < 4 * PARTS && !isSettled(times[i]!); parts++) await runPart(i);
  }
}

/** Whether most of the last runs are about as fast as the fastest one. */
function isSettled(times: readonly number[]): boolean {
  return summarise(times.slice(-WINDOW)).medianMs <= SETTLED * Math.min(...times);
}
