/** Channels in the order in which they go when filters' sums leave out what reads channels that have gone already. */
import type { Budget } from "./budget.js";
import type { Scope } from "./methods/method.js";
import type { OwnedSlices, Unit } from "./units.js";

/** A filter tensor that makes channels of a unit. */
interface Maker {
  /** By channel of the unit and slice of the input axis: the sum of absolute weights. */
  readonly parts: readonly Float64Array[];
  /** The sums over the slices that are left. */
  readonly sums: Float64Array;
}

interface State {
  readonly unit: Unit;
  readonly makers: readonly Maker[];
  /** The makers of other channels that read this unit's, and the slices that do, by channel of this unit. */
  readonly fed: readonly { readonly maker: Maker; readonly slices: readonly (readonly number[])[] }[];
  /** By channel: whether it is left. */
  readonly left: Uint8Array;
  removed: number;
}

/**
 * By channel of each unit its place in the order. A channel's sum is compared with its layer's mean, so that layers compare. In the
 * global scope the smallest of all goes next, in the local scope that of the unit that has lost the smallest share; where each
 * unit keeps a share of its own (`channels=`), units are thinned one after another, as in the paper.
 */
export function greedyOrder(units: readonly Unit[], scope: Scope, keep: Budget): Map<Unit, Float64Array> {
  const states = statesOf(units);
  const order = new Map(units.map((unit) => [unit, new Float64Array(unit.width).fill(Infinity)]));
  const quota = ({ width }: Unit) => (keep.kind === "channels" ? width - Math.round(keep.value * width) : 0);
  const urgencyOf = ({ unit, removed }: State, score: number) => {
    if (scope === "global") return score;
    return removed < quota(unit) ? -1 : (removed + 1) / unit.width;
  };
  for (let place = 0; ; place++) {
    let next: { readonly state: State; readonly channel: number; readonly urgency: number } | undefined;
    for (const state of states) {
      if (state.removed === state.unit.width - 1) continue;
      const { channel, score } = smallest(state);
      const urgency = urgencyOf(state, score);
      if (!next || urgency < next.urgency) next = { state, channel, urgency };
    }
    if (!next) return order;
    order.get(next.state.unit)![next.channel] = place;
    remove(next.state, next.channel);
  }
}

function statesOf(units: readonly Unit[]): State[] {
  const makers = units.map((unit) =>
    unit.owned.filter(({ role }) => role === "produce").map((owned) => ({ owned, maker: makerOf(owned) })),
  );
  return units.map((unit, u) => ({
    unit,
    makers: makers[u]!.map(({ maker }) => maker),
    fed: unit.owned
      .filter(({ role }) => role === "consume")
      .flatMap(({ constant, slices }) =>
        makers.flat().flatMap(({ owned, maker }) => (owned.constant === constant ? [{ maker, slices }] : [])),
      ),
    left: new Uint8Array(unit.width).fill(1),
    removed: 0,
  }));
}

/** Filters have their outputs along one of the first two axes, and their inputs along the other. */
function makerOf({ tensor: { shape, data }, axis, slices }: OwnedSlices): Maker {
  const inputs = shape[1 - axis]!;
  const taps = shape.slice(2).reduce((product, size) => product * size, 1);
  const parts = slices.map((own) => {
    const sums = new Float64Array(inputs);
    for (const slice of own) {
      for (let i = 0; i < inputs; i++) {
        const from = (axis === 0 ? slice * inputs + i : i * shape[1]! + slice) * taps;
        for (let t = from; t < from + taps; t++) sums[i]! += Math.abs(data[t]!);
      }
    }
    return sums;
  });
  return { parts, sums: Float64Array.from(parts, (part) => part.reduce((sum, value) => sum + value, 0)) };
}

/** The channel that is left whose sums are smallest, each divided by the mean of its layer. */
function smallest({ unit, makers, left }: State): { channel: number; score: number } {
  const means = makers.map(({ sums }) => sums.reduce((sum, value) => sum + value, 0) / unit.width || 1);
  let [channel, score] = [-1, Infinity];
  left.forEach((stays, c) => {
    if (!stays) return;
    const own = makers.reduce((sum, maker, m) => sum + maker.sums[c]! / means[m]! / makers.length, 0);
    if (channel < 0 || own < score) [channel, score] = [c, own];
  });
  return { channel, score };
}

function remove(state: State, channel: number): void {
  state.left[channel] = 0;
  state.removed++;
  for (const { maker, slices } of state.fed) {
    maker.parts.forEach((part, c) => {
      for (const slice of slices[channel]!) maker.sums[c]! -= part[slice]!;
    });
  }
}
