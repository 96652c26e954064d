/** Times of things that take turns, each repeated until the clock can tell how long it takes. */
import { summarise } from "./summary.js";

/** Steps of the clock that a sample takes at least, and the most runs that it may take for it. */
const SAMPLE_TICKS = 10;
const MOST_REPEATS = 1 << 16;

/** Something that says how long so many runs of it took, in milliseconds. */
export type Timed = (runs: number) => number;

/** How often each has to run, so that a clock of this step can time it. */
export function repeatsFor(things: readonly Timed[], tick: number): number[] {
  return things.map((run) => {
    let repeats = 1;
    while (run(repeats) < SAMPLE_TICKS * tick && repeats < MOST_REPEATS) repeats *= 2;
    return repeats;
  });
}

/** Milliseconds of one run each, as they come in. */
export class Samples {
  readonly #lists: number[][];

  constructor(count: number) {
    this.#lists = Array.from({ length: count }, () => []);
  }

  /** So many rounds in which each takes its turn; the first of the things has number `first`. */
  take(things: readonly Timed[], repeats: readonly number[], rounds: number, first = 0): void {
    for (let round = 0; round < rounds; round++) {
      things.forEach((run, i) => this.#lists[first + i]!.push(run(repeats[i]!) / repeats[i]!));
    }
  }

  medians(): number[] {
    return this.#lists.map((list) => summarise(list).medianMs);
  }

  /** The least times, in which other work on the device has the smallest part. */
  least(): number[] {
    return this.#lists.map((list) => Math.min(...list));
  }
}

/** Runs something until this time is spent, so that an engine compiles its fast code. */
export function warmUp(run: Timed, milliseconds: number): void {
  let spent = 0;
  for (let i = 0; i < 10_000 && spent < milliseconds; i++) spent += run(1);
}
