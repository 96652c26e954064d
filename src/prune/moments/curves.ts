/** For each unit what its removal costs, channel by channel, in error of the layers that read it. */
import type { Graph } from "../../graph/graph.js";
import { eliminate, errorsInOrder } from "../../linalg/elimination.js";
import { costModel } from "../cost.js";
import type { Block } from "../blocks.js";
import type { Budget } from "../budget.js";
import type { Unit, UnitMap } from "../units.js";
import { type Consumer, consumersOf, problemsOf } from "./consumers.js";
import type { MeasuredLayer } from "./dense-moments.js";

export const SELECTION_RIDGE = 1e-3;

/** Numbers that an output is computed from, beyond which blocks are compared once, not after each removal: it would take minutes. */
const WIDEST = 2400;

export interface Curve {
  readonly unit: Unit;
  readonly consumers: readonly Consumer[];
  /** Channels in the order in which they go; the last one stays and is not named, unless a block goes with it. */
  readonly order: readonly number[];
  /** What an output position of the layers loses on average, as a sum of squares over outputs, when so many and one have gone. */
  readonly errors: Float64Array;
  /** The residual block that goes with the last channel. */
  readonly block?: Block | undefined;
}

/** The curve with one point more: without the block, which loses so much. That may be less than a few channels left in it lose. */
export function withBlock(curve: Curve, block: Block, error: number): Curve {
  const { order, errors, unit } = curve;
  return { ...curve, order: [...order, lastOf(unit, order)], errors: Float64Array.of(...errors, error), block };
}

/** The channel that an order of all others leaves. */
export function lastOf({ width }: Unit, order: readonly number[]): number {
  const others = new Set(order);
  return [...Array(width).keys()].find((channel) => !others.has(channel))!;
}

/**
 * By exact backward elimination, or in the order that is given for each unit; every error is that of what is left, fitted again.
 * Of a unit that no fitted layer reads filters tell.
 */
export function curvesOf(
  graph: Graph,
  units: readonly Unit[],
  measured: ReadonlyMap<string, MeasuredLayer>,
  orders?: readonly (readonly number[])[],
): Curve[] {
  return units.map((unit, u) => {
    const consumers = consumersOf(graph, unit);
    const read = consumers.filter(({ layer }) => (measured.get(layer)?.layer.width ?? Infinity) <= WIDEST);
    const problems = read.flatMap(({ layer, blocks }) => {
      const { layer: fitted, moments } = measured.get(layer)!;
      return problemsOf(fitted, moments, blocks, SELECTION_RIDGE);
    });
    const order = orders?.[u];
    if (problems.length === 0) return { unit, consumers, ...byNorm(unit, order) };
    return { unit, consumers, ...(order ? { order, errors: errorsInOrder(problems, order) } : eliminate(problems)) };
  });
}

/** Where nothing can be measured: sums of squares of filters, the smallest first unless an order is given. */
function byNorm(unit: Unit, given?: readonly number[]): Pick<Curve, "order" | "errors"> {
  const norms = new Float64Array(unit.width);
  // What only reads them is all that there is of channels that are chosen from others.
  const isRead = unit.producers.length === 0;
  for (const { tensor, axis, slices } of unit.owned.filter(
    ({ role, tensor: of }) => (isRead || role !== "consume") && of.shape.length > 1,
  )) {
    const inner = tensor.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    const size = tensor.shape[axis]!;
    const channelOf = new Map(slices.flatMap((list, channel) => list.map((slice) => [slice, channel] as const)));
    tensor.data.forEach((value: number, at: number) => {
      const channel = channelOf.get(Math.floor(at / inner) % size);
      if (channel !== undefined) norms[channel]! += value * value;
    });
  }
  const order = given ?? [...norms.keys()].sort((a, b) => norms[a]! - norms[b]! || a - b).slice(0, -1);
  let sum = 0;
  return { order, errors: Float64Array.from(order, (channel) => (sum += norms[channel]!)) };
}

/**
 * By place in the order a number by which channels of all units compare: error for what is saved, along the convex hull of the curve
 * over `saved`, what is saved when so many and one have gone. Of equal slopes the earlier one is smaller, so that sorting keeps the
 * order.
 */
export function marginalScores(errors: ArrayLike<number>, saved: ArrayLike<number>): Float64Array {
  let least = 1e-300;
  return hullSlopes(errors, saved).map((slope) => (least = Math.max(slope, least * (1 + 1e-9))));
}

/** The slope of the lower convex hull through (0, 0) and (saved[k], errors[k]) in front of each point; saved rises. */
export function hullSlopes(errors: ArrayLike<number>, saved: ArrayLike<number>): Float64Array {
  const slopes = new Float64Array(errors.length);
  const [heights, places] = [errors, saved].map((list) => [0, ...Array.from(list)]) as [number[], number[]];
  for (let from = 0; from < errors.length;) {
    let [to, flattest] = [from + 1, Infinity];
    for (let k = from + 1; k < heights.length; k++) {
      const slope = (heights[k]! - heights[from]!) / (places[k]! - places[from]!);
      if (slope <= flattest) [to, flattest] = [k, slope];
    }
    slopes.fill(Math.max(0, flattest), from, to);
    from = to;
  }
  return slopes;
}

/** What is saved in the dense network when so many and one of a unit's channels have gone, in what the budget counts. */
export function savingsOf(
  { graph, channels }: UnitMap,
  { unit: { roots }, order, block }: Pick<Curve, "unit" | "order" | "block">,
  keep: Budget,
): Float64Array {
  const kind = keep.kind === "macs" ? "macs" : "parameters";
  const model = costModel(graph, channels);
  const whole = model(new Set())[kind];
  const price = Math.max(1, whole - model(new Set([roots[0]!]))[kind]);
  const saved = Float64Array.from(order, (_, place) => price * (place + 1));
  if (block) saved[order.length - 1] = Math.max(saved.at(-1)!, whole - model(new Set(), [block])[kind]);
  return saved;
}
