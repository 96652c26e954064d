/** The time of a network as a function of its units' widths; no weight is cut to ask for it. */
import { RequestError } from "../../errors.js";
import { applyCuts } from "../apply.js";
import type { Unit, UnitMap } from "../units.js";
import type { LatencyLayer, LatencyModel } from "./model.js";

/** How many of a layer's sizes go with each channel that a unit loses. */
interface Link {
  readonly layer: number;
  readonly slopes: readonly number[];
}

/**
 * Channels of one unit appear in the same places (units.ts), so every size of a layer falls in proportion to how many of them
 * are removed. By how much is seen from cuts of one channel, one for each unit.
 */
export class WidthLatency {
  readonly #layers: readonly LatencyLayer[];
  readonly #overheadMs: number;
  /** By unit. */
  readonly #links: readonly (readonly Link[])[];
  /** By unit. */
  readonly #removed: number[];
  /** By layer, as things stand. */
  readonly #sizes: number[][];
  readonly #times: number[];

  constructor(map: UnitMap, units: readonly Unit[], model: LatencyModel) {
    this.#layers = model.layers(map.graph);
    this.#overheadMs = model.overheadMs;
    this.#links = units.map((unit) => linksOf(map, unit, model, this.#layers));
    this.#removed = units.map(() => 0);
    this.#sizes = this.#layers.map(({ sizes }) => [...sizes]);
    this.#times = this.#layers.map(({ sizes, milliseconds }) => milliseconds(sizes));
  }

  /** Milliseconds of one run as things stand. */
  get total(): number {
    return this.#times.reduce((sum, time) => sum + time, this.#overheadMs);
  }

  /** How many channels of a unit are removed as things stand. */
  removed(unit: number): number {
    return this.#removed[unit]!;
  }

  /** Units with a part in a layer that this unit has one in: whose times depend on its width. */
  neighbours(unit: number): number[] {
    const own = new Set(this.#links[unit]!.map(({ layer }) => layer));
    return [...this.#links.keys()].filter((other) => this.#links[other]!.some(({ layer }) => own.has(layer)));
  }

  /** Milliseconds that a run gets shorter if so many channels of a unit are removed in all, everything else as it stands. */
  saving(unit: number, removed: number): number {
    const more = removed - this.#removed[unit]!;
    return this.#links[unit]!.reduce((sum, { layer, slopes }) => {
      const sizes = this.#sizes[layer]!.map((size, i) => size - slopes[i]! * more);
      return sum + this.#times[layer]! - this.#layers[layer]!.milliseconds(sizes);
    }, 0);
  }

  /** From now on so many channels of a unit are removed. */
  remove(unit: number, removed: number): void {
    const more = removed - this.#removed[unit]!;
    this.#removed[unit] = removed;
    for (const { layer, slopes } of this.#links[unit]!) {
      this.#sizes[layer] = this.#sizes[layer]!.map((size, i) => size - slopes[i]! * more);
      this.#times[layer] = this.#layers[layer]!.milliseconds(this.#sizes[layer]!);
    }
  }
}

function linksOf(
  { graph, channels }: UnitMap,
  unit: Unit,
  model: LatencyModel,
  dense: readonly LatencyLayer[],
): Link[] {
  if (unit.width === 1) return [];
  const thinner = model.layers(applyCuts(graph, channels, new Set([unit.roots[0]!])).graph);
  if (thinner.length !== dense.length) {
    throw new RequestError(
      "layers run otherwise once a channel of it is removed, so its time cannot be foretold",
      unit.name,
    );
  }
  const links = dense.map(({ sizes }, layer) => ({
    layer,
    slopes: sizes.map((size, i) => size - thinner[layer]!.sizes[i]!),
  }));
  return links.filter(({ slopes }) => slopes.some((slope) => slope !== 0));
}
