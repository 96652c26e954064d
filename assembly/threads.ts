/**
 * Several threads run the same steps over one memory, each its share of every step. An engine instance belongs to one thread;
 * without threads there is one, and all of this folds away.
 *
 * Nobody begins a step before all are through with the one before (`finishStep`). Waiting is spinning for a while, then
 * sleeping where the host allows it. Whoever waits for a thread that died, or that does not come, traps.
 */
import { Abi, Control } from "./abi";
import { Step } from "./step";

/** Looks for an order before sleep: about 40 microseconds. */
const ORDER_SPINS = 1 << 16;
/**
 * Looks at a barrier before sleep: some milliseconds. Whoever sleeps in the middle of a run is often woken on the core of
 * the thread that wakes it, and if the two take turns there no scheduler sees that another core is free.
 */
const STEP_SPINS = 1 << 22;
/** Where threads have to share a core, spinning only keeps the others from it. After so many sleeps in a row ... */
const FUTILE = 4;
/** ... so many waits begin with only so many looks. */
const SHORT_WAITS = 100;
const SHORT_SPINS = 1 << 9;
/** Looks that take about as long as one sleep, where sleeping is not allowed. */
const LONG_SPINS = 1 << 30;
/** Nanoseconds after which a sleeper looks whether what it waits for still lives. */
const SLEEP: i64 = 1_000_000_000;

let thread: i32 = 0;
let threads: i32 = 1;
/** Whose share of how many shares this thread takes of a step: its own, unless it works alone. */
let part: i32 = 0;
let parts: i32 = 1;
let maySleep: bool = false;
let patience: i32 = 0;
let sleeps: i32 = 0;
let shortWaits: i32 = 0;

/**
 * Says which of how many threads this instance runs on, whether it may sleep (a page's main thread may not), and how many
 * seconds it waits for the others to finish a step.
 */
export function setThread(index: i32, count: i32, canSleep: bool, seconds: i32): void {
  thread = index;
  threads = count;
  together();
  maySleep = canSleep;
  patience = seconds;
}

/** From now on this thread does all of each step it is given: for steps that no other thread is given. */
export function alone(): void {
  part = 0;
  parts = 1;
}

/** From now on this thread does its share of each step again. */
export function together(): void {
  part = thread;
  parts = threads;
}

/** The number of this thread's share of a step. */
export function shareNumber(): i32 {
  return ASC_FEATURE_THREADS ? part : 0;
}

/** How many threads share a step. */
export function threadCount(): i32 {
  return ASC_FEATURE_THREADS ? parts : 1;
}

/** The first of `total` pieces that are this thread's; they end before `endOf(total)`. Some threads may have none. */
export function firstOf(total: i32): i32 {
  return ASC_FEATURE_THREADS ? shareOf(total, part) : 0;
}

/** See `firstOf`. */
export function endOf(total: i32): i32 {
  return ASC_FEATURE_THREADS ? shareOf(total, part + 1) : total;
}

function shareOf(total: i32, index: i32): i32 {
  return (((total as i64) * (index as i64)) / (parts as i64)) as i32;
}

/** The first byte of this thread's share of a run of `elements` floats, of which whole vectors are shared. */
export function firstOfVectors(elements: i32): usize {
  return (firstOf((elements + 3) >> 2) as usize) << 4;
}

/** Where that share ends: at a whole vector, or with the run. */
export function endOfVectors(elements: i32): usize {
  const end = (elements as usize) << 2;
  return ASC_FEATURE_THREADS ? min((endOf((elements + 3) >> 2) as usize) << 4, end) : end;
}

/**
 * Whether threads share `rows` rows of `elements` floats by rows; if not, each takes its vectors of every row. A kernel walks
 * from `firstRow` to `endRow`, in each from byte `firstInRow` to `endInRow`.
 */
function sharesRows(rows: i32, elements: i32): bool {
  return ASC_FEATURE_THREADS ? rows >= min(4 * parts, (elements + 3) >> 2) : true;
}

/** See `sharesRows`. */
export function firstRow(rows: i32, elements: i32): i32 {
  return sharesRows(rows, elements) ? firstOf(rows) : 0;
}

/** See `sharesRows`. */
export function endRow(rows: i32, elements: i32): i32 {
  return sharesRows(rows, elements) ? endOf(rows) : rows;
}

/** See `sharesRows`. */
export function firstInRow(rows: i32, elements: i32): usize {
  return sharesRows(rows, elements) ? 0 : firstOfVectors(elements);
}

/** See `sharesRows`. */
export function endInRow(rows: i32, elements: i32): usize {
  return sharesRows(rows, elements) ? (elements as usize) << 2 : endOfVectors(elements);
}

/** This thread's part of the step's scratch memory, `share` bytes long. */
export function scratchOf(s: Step): usize {
  return ASC_FEATURE_THREADS ? s.scratch + (part as usize) * (s.share as usize) : s.scratch;
}

/**
 * Stores a vector of a row that ends at `end`: what lies there and behind may be another thread's. Without threads the whole
 * vector is stored; the row behind comes later.
 */
export function storeUpTo(end: usize, y: usize, v: v128): void {
  if (!ASC_FEATURE_THREADS || y + 16 <= end) {
    v128.store(y, v);
    return;
  }
  if ((end - y) & 8) {
    v128.store64_lane(y, v, 0);
    v = v128.shuffle<f32>(v, v, 2, 3, 0, 1);
    y += 8;
  }
  if ((end - y) & 4) v128.store32_lane(y, v, 0);
}

/** Returns when all threads have called it. */
export function finishStep(): void {
  if (!ASC_FEATURE_THREADS || threads == 1) return;
  const passed = atomic.load<i32>(Abi.control + Control.passed);
  if (atomic.add<i32>(Abi.control + Control.arrived, 1) == threads - 1) {
    atomic.store<i32>(Abi.control + Control.arrived, 0);
    atomic.store<i32>(Abi.control + Control.passed, passed + 1);
    wake(Abi.control + Control.passed);
  } else {
    awaitChange(Abi.control + Control.passed, passed, patience);
  }
}

/** For the first thread: tells the others to run `count` steps of the plan. */
export function giveOrder(plan: usize, first: i32, count: i32): void {
  if (threads == 1) return;
  store<u32>(Abi.control + Control.plan, plan as u32);
  store<i32>(Abi.control + Control.first, first);
  store<i32>(Abi.control + Control.count, count);
  atomic.add<i32>(Abi.control + Control.orders, 1);
  wake(Abi.control + Control.orders);
}

/** For the first thread: the others need not wait for orders any more. */
export function dismiss(): void {
  giveOrder(0, 0, -1);
}

/**
 * Returns when the first thread has given more than `orders` orders: true if there is something to run, which the three functions
 * below tell, false if it has dismissed the others.
 */
export function awaitOrder(orders: i32): bool {
  awaitChange(Abi.control + Control.orders, orders, -1);
  return orderedCount() >= 0;
}

export function orderedPlan(): usize {
  return load<u32>(Abi.control + Control.plan);
}

export function orderedFirst(): i32 {
  return load<i32>(Abi.control + Control.first);
}

export function orderedCount(): i32 {
  return load<i32>(Abi.control + Control.count);
}

/** Says that this thread will not come any more. */
export function fail(): void {
  atomic.store<i32>(Abi.control + Control.failed, 1);
  atomic.notify(Abi.control + Control.passed, -1);
  atomic.notify(Abi.control + Control.orders, -1);
}

/**
 * Returns when the word at `at` is no longer `value`; traps after so many seconds, negative: never, as whoever waits for an order.
 *
 * Has two callers and therefore stays a function of its own. Inlined into the loop over the steps, with the word's address a
 * constant, Node 20's first compiler lost that loop's pointer.
 */
function awaitChange(at: usize, value: i32, seconds: i32): void {
  const isOrder = seconds < 0;
  const isShort = !isOrder && shortWaits > 0;
  if (isShort) shortWaits--;
  for (let looks = isOrder ? ORDER_SPINS : isShort ? SHORT_SPINS : STEP_SPINS; looks > 0; looks--) {
    if (atomic.load<i32>(at) == value) continue;
    if (!isOrder) sleeps = 0;
    return;
  }
  if (!isOrder && !isShort && ++sleeps == FUTILE) {
    sleeps = 0;
    shortWaits = SHORT_WAITS;
  }
  for (; atomic.load<i32>(at) == value; seconds--) {
    if (seconds == 0 || atomic.load<i32>(Abi.control + Control.failed) != 0) unreachable();
    if (maySleep) sleep(at, value, seconds < 0 ? -1 : SLEEP);
    else for (let i = LONG_SPINS; i > 0 && atomic.load<i32>(at) == value; i--);
  }
}

/** Until somebody wakes those who sleep at `at`, unless the word there is no longer `value`. */
function sleep(at: usize, value: i32, nanoseconds: i64): void {
  atomic.add<i32>(Abi.control + Control.sleepers, 1);
  atomic.wait<i32>(at, value, nanoseconds);
  atomic.sub<i32>(Abi.control + Control.sleepers, 1);
}

/** Whoever is about to sleep has said so before it looks at the word once more, so nobody is forgotten. */
function wake(at: usize): void {
  if (atomic.load<i32>(Abi.control + Control.sleepers) > 0) atomic.notify(at, -1);
}
