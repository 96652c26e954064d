/** Units as queues: their channels in the order in which they go, and what is lost with them. */
import type { Budget } from "./budget.js";
import { lossesOf } from "./latency/losses.js";
import { type Curve, marginalScores, pricesOf } from "./moments/curves.js";
import type { Unit, UnitMap } from "./units.js";

export interface Queue {
  readonly unit: Unit;
  /** Channels, the one that goes first in front; the unit's last one always stays and is not among them. */
  readonly order: readonly number[];
  /** By place in the order, never falling: of all units' channels the lowest go first. */
  readonly scores: ArrayLike<number>;
  /** By how many have gone, from none on, what is lost in all; losses of different units add up. */
  readonly losses: ArrayLike<number>;
}

/** By scores of channels, the lowest of which go first. */
export function queueOfScores(unit: Unit, scores: Float64Array): Queue {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]! || a - b).slice(0, -1);
  const sorted = order.map((channel) => scores[channel]!);
  return { unit, order, scores: sorted, losses: lossesOf(sorted, unit) };
}

/** By error curves of these units, for what the budget counts. */
export function queuesOfCurves(map: UnitMap, units: readonly Unit[], curves: readonly Curve[], keep: Budget): Queue[] {
  const prices = pricesOf(map, units, keep);
  return units.map((unit, u) => {
    const curve = curves[u]!;
    const losses = [0, ...curve.errors];
    return { unit, order: curve.order, scores: marginalScores(curve, prices[u]!), losses };
  });
}
