/** A run in slices of steps, between which the thread does other things. */
import { RequestError } from "../errors.js";
import type { PlannedLayer } from "./plan.js";
import type { RunOptions } from "./session.js";

/** Milliseconds of a slice: half of a frame, so that a page stays smooth. */
const BUDGET_MS = 8;
/**
 * Multiply-adds of one millisecond of the fastest cores; a slice has no more of them. It ends slices where the clock stands still
 * while code runs, as in a Worker.
 */
const MOST_MACS_PER_MS = 5e7;

/** Runs all steps of the layers; `runSteps` runs some. Rejects with the signal's reason if it is aborted in between. */
export async function runSlices(
  layers: readonly Pick<PlannedLayer, "firstStep" | "steps" | "macs">[],
  runSteps: (first: number, count: number) => void,
  { signal, budgetMs = BUDGET_MS }: RunOptions,
): Promise<void> {
  if (!(budgetMs >= 0)) throw new RequestError(`expected milliseconds from 0 on, got ${budgetMs}`, "budgetMs");
  let [start, macs] = [performance.now(), 0];
  for (const { firstStep, steps, macs: ofLayer } of layers) {
    for (let step = firstStep; step < firstStep + steps; step++) {
      if (performance.now() - start >= budgetMs || macs >= budgetMs * MOST_MACS_PER_MS) {
        await pause();
        signal?.throwIfAborted();
        [start, macs] = [performance.now(), 0];
      }
      runSteps(step, 1);
      macs += ofLayer / steps;
    }
  }
}

/**
 * Lets waiting events have their turn. Timers are late on purpose where they follow one another; messages are not, and, unlike
 * what a page's `scheduler.yield` does, stand in line behind other messages, among which may be the one to stop.
 */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
