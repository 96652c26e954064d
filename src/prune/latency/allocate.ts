/**
 * How many channels each unit loses so that a run takes no longer than it may, and as little importance as possible is lost, with
 * times seen anew as neighbours shrink.
 *
 * After Shen et al. 2022, Structural Pruning via Latency-Saliency Knapsack (HALP), section 3: a channel goes only after the less
 * important ones of its unit, so that each unit is a queue, and times are those measured on the device at its widths.
 */
import { RequestError } from "../../errors.js";
import { isOver, type Losses, lossOf } from "../queues.js";
import { type SavingOption, saveAtLeast } from "./knapsack.js";
import type { WidthLatency } from "./widths.js";

export interface LatencyRequest {
  readonly allowedMs: number;
  /** Chunks leave widths that are multiples of this. */
  readonly multiple: number;
}

/** A unit has no more chunks than about this many: finer ones say less than the table knows. */
const MOST_CHUNKS = 32;

/** Knapsack steps on the way to the allowance, each nearer by the same factor: in a small step neighbours hardly change what a unit saves. */
const KNAPSACK_STEPS = 10;
/** Knapsacks in all; what two neighbours save together is less than what each saves alone, so that a step may need several. */
const MOST_KNAPSACKS = 40;

/**
 * By unit the number of channels to remove, found in two ways, of which the one that loses less counts: chunk by chunk, and by
 * knapsacks over all units at once; where residual blocks may go also without that. Leaves `latency` there. In the end no removed chunk
 * could return within the allowance. Throws a `RequestError` that says what can be reached.
 */
export function allocateByLatency(queues: readonly Losses[], latency: WidthLatency, request: LatencyRequest): number[] {
  const { allowedMs, multiple } = request;
  const whole = queues.map(({ losses, closes }) => levelsOf(losses.length - (closes ? 1 : 0), multiple));
  const ended = whole.map((list, unit) => (queues[unit]!.closes ? [...list, list.at(-1)! + 1] : list));
  const mayClose = queues.some(({ closes }) => closes);
  if (leastOf(ended, latency) > allowedMs) throw unreachable(ended, latency, allowedMs, mayClose);
  const ways = mayClose && leastOf(whole, latency) <= allowedMs ? [whole, ended] : [ended];
  const found = ways.flatMap((levels) =>
    [removeByChunks, removeByKnapsacks].map((remove) => {
      queues.forEach((_, unit) => latency.remove(unit, 0));
      remove(queues, levels, latency, allowedMs);
      // Times that grow where a width shrinks can end a search too early; there is always the least that can be reached.
      if (latency.total > allowedMs) levels.forEach((list, unit) => latency.remove(unit, list.at(-1)!));
      putBack(queues, levels, latency, allowedMs);
      return [...queues.keys()].map((unit) => latency.removed(unit));
    }),
  );
  const best = found.reduce((a, b) => (lossOf(queues, b) < lossOf(queues, a) ? b : a));
  best.forEach((count, unit) => latency.remove(unit, count));
  return best;
}

type Levels = readonly (readonly number[])[];

function removeByChunks(queues: readonly Losses[], levels: Levels, latency: WidthLatency, allowedMs: number): void {
  const offers = new Map<number, Offer | undefined>();
  while (latency.total > allowedMs) {
    for (const unit of queues.keys()) {
      if (!offers.has(unit)) offers.set(unit, bestOffer(unit, queues[unit]!, levels[unit]!, latency));
    }
    const best = [...offers.values()].reduce((a, b) => (b && (!a || b.price < a.price) ? b : a), undefined);
    if (!best) return;
    latency.remove(best.unit, best.removed);
    for (const unit of latency.neighbours(best.unit)) offers.delete(unit);
  }
}

function removeByKnapsacks(queues: readonly Losses[], levels: Levels, latency: WidthLatency, allowedMs: number): void {
  const whole = latency.total;
  let step = 1;
  for (let i = 0; i < MOST_KNAPSACKS && latency.total > allowedMs; i++) {
    const target = () => whole * (allowedMs / whole) ** (step / KNAPSACK_STEPS);
    while (step < KNAPSACK_STEPS && latency.total <= target()) step++;
    const open = levels.map((list, unit) => list.filter((removed) => removed >= latency.removed(unit)));
    const options = open.map((list, unit) => list.map((removed) => optionOf(unit, removed, queues[unit]!, latency)));
    const chosen = saveAtLeast(options, latency.total - target());
    if (!chosen) return;
    chosen.forEach((option, unit) => latency.remove(unit, open[unit]![option]!));
  }
}

function optionOf(unit: number, removed: number, { losses }: Losses, latency: WidthLatency): SavingOption {
  return { saved: latency.saving(unit, removed), lost: losses[removed]! - losses[latency.removed(unit)]! };
}

/** Numbers of removed channels that leave a multiple, or a single channel; from 0 on. */
function levelsOf(width: number, multiple: number): number[] {
  const chunk = multiple * Math.ceil(width / (MOST_CHUNKS * multiple));
  const levels = [0];
  for (let kept = chunk * (Math.ceil(width / chunk) - 1); kept >= 1; kept -= chunk) levels.push(width - kept);
  return levels.at(-1) === width - 1 ? levels : [...levels, width - 1];
}

/** Milliseconds when as much is removed as may be. */
function leastOf(levels: Levels, latency: WidthLatency): number {
  levels.forEach((list, unit) => latency.remove(unit, list.at(-1)!));
  return latency.total;
}

function unreachable(levels: Levels, latency: WidthLatency, allowedMs: number, mayClose: boolean): RequestError {
  const least = leastOf(levels, latency);
  levels.forEach((_, unit) => latency.remove(unit, 0));
  const share = least / latency.total;
  return new RequestError(
    `allows ${allowedMs.toPrecision(3)} ms, but with one channel${mayClose ? " and no block" : ""} left everywhere that may be cut about ` +
      `${least.toPrecision(3)} ms remain, ${share.toFixed(2)} of the whole; ask for more, or let more units be cut`,
    "--keep",
  );
}

interface Offer {
  readonly unit: number;
  readonly removed: number;
  /** Importance lost for each millisecond gained. */
  readonly price: number;
}

/** The cheapest way to go on with a unit: one chunk, or several where the next one alone gains little. */
function bestOffer(
  unit: number,
  { losses }: Losses,
  levels: readonly number[],
  latency: WidthLatency,
): Offer | undefined {
  const now = latency.removed(unit);
  let best: Offer | undefined;
  for (const removed of levels) {
    if (removed <= now) continue;
    const gained = latency.saving(unit, removed);
    if (gained <= 0) continue;
    const price = (losses[removed]! - losses[now]!) / gained;
    if (!best || price < best.price) best = { unit, removed, price };
  }
  return best;
}

/** Gives back what fits, the most important first, until nothing does; of a block that is gone only what is worth more than it. */
function putBack(queues: readonly Losses[], levels: Levels, latency: WidthLatency, allowedMs: number): void {
  for (;;) {
    const room = allowedMs - latency.total;
    const over = queues.filter((queue, unit) => isOver(queue, latency.removed(unit)));
    let best: { unit: number; removed: number; worth: number } | undefined;
    queues.forEach((queue, unit) => {
      if (over.some((other) => other !== queue && other.closes!.includes(unit))) return;
      const now = latency.removed(unit);
      for (const removed of levels[unit]!) {
        const worth = removed < now ? queue.losses[now]! - queue.losses[removed]! : 0;
        if (removed >= now || worth < 0 || worth <= (best?.worth ?? -1)) continue;
        if (-latency.saving(unit, removed) <= room) best = { unit, removed, worth };
      }
    });
    if (!best) return;
    latency.remove(best.unit, best.removed);
  }
}
