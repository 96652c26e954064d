/** Units as queues: their channels in the order in which they go, and what is lost with them. */
import type { Ending } from "./blocks.js";
import type { Budget } from "./budget.js";
import { lossesOf, lossOfEnd } from "./latency/losses.js";
import { type Curve, hullSlopes, lastOf, marginalScores, savingsOf } from "./moments/curves.js";
import type { Unit, UnitMap } from "./units.js";

/** What is lost along a queue. */
export interface Losses {
  /** By how many have gone, from none on, what is lost in all; losses of different queues add up. */
  readonly losses: ArrayLike<number>;
  /** The numbers of the queues that are inside a residual block, this one among them, which is gone when all have gone. */
  readonly closes?: readonly number[] | undefined;
}

export interface Queue extends Losses {
  readonly unit: Unit;
  /** Channels, the one that goes first in front; the unit's last one always stays and is not among them, unless a block ends with it. */
  readonly order: readonly number[];
  /** By place in the order, never falling: of all units' channels the lowest go first. */
  readonly scores: ArrayLike<number>;
  /** The block that goes with the last channel, and from which place in the order on all go at once. */
  readonly end?: { readonly ending: Ending; readonly from: number } | undefined;
}

/** By scores of channels, the lowest of which go first. */
export function queueOfScores(unit: Unit, scores: Float64Array): Queue {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]! || a - b).slice(0, -1);
  const sorted = order.map((channel) => scores[channel]!);
  return { unit, order, scores: sorted, losses: lossesOf(sorted, unit) };
}

/** The same queues, by importance alone, with the blocks that may end with them. */
export function withEnds(queues: readonly Queue[], endings: readonly Ending[]): Queue[] {
  const units = queues.map(({ unit }) => unit);
  return queues.map((queue) => {
    const { unit, order, losses } = queue;
    const ending = endings.find((other) => other.unit === unit);
    if (!ending) return queue;
    const all = [...order, lastOf(unit, order)];
    const ended = [...Array.from(losses), lossOfEnd(Array.from(losses), unit)];
    return {
      ...queue,
      order: all,
      losses: ended,
      end: { ending, from: order.length },
      closes: closedBy(ending, units),
    };
  });
}

/** By error curves of these units, for what the budget counts. */
export function queuesOfCurves(
  map: UnitMap,
  units: readonly Unit[],
  curves: readonly Curve[],
  { keep, endings }: { readonly keep: Budget; readonly endings: readonly Ending[] },
): Queue[] {
  return units.map((unit, u) => {
    const { order, errors, block } = curves[u]!;
    const saved = savingsOf(map, { unit, order, block }, keep);
    const queue = { unit, order, scores: marginalScores(errors, saved), losses: [0, ...errors] };
    const ending = block && endings.find((other) => other.block === block);
    if (!ending) return queue;
    const slopes = hullSlopes(errors, saved);
    return { ...queue, end: { ending, from: slopes.indexOf(slopes.at(-1)!) }, closes: closedBy(ending, units) };
  });
}

const closedBy = ({ inside }: Ending, units: readonly Unit[]) =>
  [...units.keys()].filter((u) => inside.includes(units[u]!));

/** The queue in which the last channel stays. */
export function withoutEnd(queue: Queue): Queue {
  const { unit, order, scores, losses, end } = queue;
  return end ? { unit, order: order.slice(0, -1), scores, losses: Array.from(losses).slice(0, -1) } : queue;
}

export const endingsOf = (queues: readonly Queue[]): Ending[] => queues.flatMap(({ end }) => end?.ending ?? []);

/** Whether a queue has come to its end, and a block is gone with it. */
export const isOver = ({ losses, closes }: Losses, count: number): boolean =>
  closes !== undefined && count === losses.length - 1;

/** What is lost in all when so many have gone of each; of a block that is gone what its end loses, whatever is inside. */
export function lossOf(queues: readonly Losses[], counts: readonly number[]): number {
  const inside = new Set<number>();
  queues.forEach((queue, q) => {
    if (isOver(queue, counts[q]!)) queue.closes!.forEach((other) => other !== q && inside.add(other));
  });
  return queues.reduce((sum, { losses }, q) => (inside.has(q) ? sum : sum + losses[counts[q]!]!), 0);
}
