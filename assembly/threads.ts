/**
 * Several threads run the same steps over one memory, each its share of every step. An engine instance belongs to one thread;
 * without threads there is one, and all of this folds away.
 */
import { Step } from "./step";

let thread: i32 = 0;
let threads: i32 = 1;

/** Says which of how many threads this instance runs on. */
export function setThread(index: i32, count: i32): void {
  thread = index;
  threads = count;
}

export function threadCount(): i32 {
  return ASC_FEATURE_THREADS ? threads : 1;
}

/** The first of `total` pieces that are this thread's; they end before `endOf(total)`. Some threads may have none. */
export function firstOf(total: i32): i32 {
  return ASC_FEATURE_THREADS ? (total * thread) / threads : 0;
}

/** See `firstOf`. */
export function endOf(total: i32): i32 {
  return ASC_FEATURE_THREADS ? (total * (thread + 1)) / threads : total;
}

/** Whether this thread does what cannot be shared. */
export function isFirst(): bool {
  return ASC_FEATURE_THREADS ? thread == 0 : true;
}

/** This thread's part of the step's scratch memory, `share` bytes long. */
export function scratchOf(s: Step): usize {
  return ASC_FEATURE_THREADS ? s.scratch + (thread as usize) * (s.share as usize) : s.scratch;
}
