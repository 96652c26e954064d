/** The engine for threads: the same, where the first thread's `run` also tells the others to run, which wait in `serve`. */
import { Abi, Control } from "./abi";
import { run as runShare } from "./index";
import { awaitOrder, giveOrder } from "./threads";

export { fail, setThread } from "./threads";

/** For the first thread: all threads run these steps; returns when all are through with them. */
export function run(plan: usize, first: i32, count: i32): void {
  if (count <= 0) return;
  giveOrder(plan, first, count);
  runShare(plan, first, count);
}

/** For the first thread: the others return from `serve`. */
export function dismiss(): void {
  giveOrder(0, 0, -1);
}

/** For the other threads: runs what the first one runs, until it dismisses them. */
export function serve(): void {
  for (let orders = 0; ; orders++) {
    awaitOrder(orders);
    const count = load<i32>(Abi.control + Control.count);
    if (count < 0) return;
    runShare(load<u32>(Abi.control + Control.plan), load<i32>(Abi.control + Control.first), count);
  }
}
