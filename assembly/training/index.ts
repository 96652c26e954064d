/**
 * The training module: the engine for threads with the kernels that training adds. It runs the same kind of plan, in longer
 * records. No device downloads it.
 */
import { awaitOrder, finishStep, giveOrder, orderedCount, orderedFirst, orderedPlan } from "../threads";
import { Training } from "./abi";
import { perform } from "./kernels/index";
import { Task } from "./task";

export { dismiss, fail, setThread } from "../threads";

/** For the first thread: all threads run `count` records of the plan, from number `first` on; returns when all are through. */
export function run(plan: usize, first: i32, count: i32): void {
  if (count <= 0) return;
  giveOrder(plan, first, count);
  runShare(plan, first, count);
}

/** For the other threads: runs what the first one runs, until it dismisses them. */
export function serve(): void {
  for (let orders = 0; awaitOrder(orders); orders++) runShare(orderedPlan(), orderedFirst(), orderedCount());
}

function runShare(plan: usize, first: i32, count: i32): void {
  let at = plan + (first as usize) * Training.taskBytes;
  for (; count > 0; count--) {
    perform(changetype<Task>(at));
    finishStep();
    at += Training.taskBytes;
  }
}
