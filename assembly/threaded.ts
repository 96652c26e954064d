/** The engine for threads: the same, where the first thread's `run` also tells the others to run, which wait in `serve`. */
import { run as runShare } from "./index";
import { awaitOrder, giveOrder, orderedCount, orderedFirst, orderedPlan } from "./threads";

export { dismiss, fail, setThread } from "./threads";

/** For the first thread: all threads run these steps; returns when all are through with them. */
export function run(plan: usize, first: i32, count: i32): void {
  if (count <= 0) return;
  giveOrder(plan, first, count);
  runShare(plan, first, count);
}

/** For the other threads: runs what the first one runs, until it dismisses them. */
export function serve(): void {
  for (let orders = 0; awaitOrder(orders); orders++) runShare(orderedPlan(), orderedFirst(), orderedCount());
}
