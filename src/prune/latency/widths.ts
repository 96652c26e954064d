/** The time of a network as a function of its units' widths; no weight is cut to ask for it. */
import { RequestError } from "../../errors.js";
import { applyCuts } from "../apply.js";
import type { Ending } from "../blocks.js";
import type { Unit, UnitMap } from "../units.js";
import type { LatencyLayer, LatencyModel } from "./model.js";

/** How many of a layer's sizes go with each channel that a unit loses. */
interface Link {
  readonly layer: number;
  readonly slopes: readonly number[];
}

/**
 * Channels of one unit appear in the same places (units.ts), so every size of a layer falls in proportion to how many of them
 * are removed. By how much is seen from cuts of one channel, one for each unit. When all channels of a unit are removed with which a
 * residual block ends, what the block's nodes run takes no time.
 */
export class WidthLatency {
  readonly #layers: readonly LatencyLayer[];
  readonly #overheadMs: number;
  /** By unit and layer. */
  readonly #links: readonly ReadonlyMap<number, Link>[];
  readonly #widths: readonly number[];
  /** By unit the layers that end with it. */
  readonly #ends: readonly ReadonlySet<number>[];
  /** By unit. */
  readonly #removed: number[];
  /** By layer, as things stand: sizes, of how many blocks that are gone it was a part, milliseconds. */
  readonly #sizes: number[][];
  readonly #gone: number[];
  readonly #times: number[];

  /** `endings`, where there are any, are those of the units. */
  constructor(
    map: UnitMap,
    units: readonly Unit[],
    model: LatencyModel,
    endings: readonly (Ending | undefined)[] = [],
  ) {
    this.#layers = model.layers(map.graph);
    this.#overheadMs = model.overheadMs;
    this.#links = units.map(
      (unit) => new Map(linksOf(map, unit, model, this.#layers).map((link) => [link.layer, link])),
    );
    this.#widths = units.map(({ width }) => width);
    this.#ends = units.map((_, u) => layersOf(endings[u], this.#layers));
    this.#removed = units.map(() => 0);
    this.#sizes = this.#layers.map(({ sizes }) => [...sizes]);
    this.#gone = this.#layers.map(() => 0);
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
    const own = this.#touched(unit);
    return [...this.#links.keys()].filter((other) => this.#touched(other).some((layer) => own.includes(layer)));
  }

  /** Milliseconds that a run gets shorter if so many channels of a unit are removed in all, everything else as it stands. */
  saving(unit: number, removed: number): number {
    return this.#touched(unit).reduce(
      (sum, layer) => sum + this.#times[layer]! - this.#at(layer, this.#changed(layer, unit, removed)),
      0,
    );
  }

  /** From now on so many channels of a unit are removed. */
  remove(unit: number, removed: number): void {
    for (const layer of this.#touched(unit)) {
      const { sizes, gone } = this.#changed(layer, unit, removed);
      this.#sizes[layer] = sizes;
      this.#gone[layer] = gone;
      this.#times[layer] = this.#at(layer, { sizes, gone });
    }
    this.#removed[unit] = removed;
  }

  #touched(unit: number): number[] {
    return [...new Set([...this.#links[unit]!.keys(), ...this.#ends[unit]!])];
  }

  /** What a layer is like if so many channels of a unit are removed. */
  #changed(layer: number, unit: number, removed: number): { readonly sizes: number[]; readonly gone: number } {
    const width = this.#widths[unit]!;
    const before = this.#removed[unit]!;
    const slopes = this.#links[unit]!.get(layer)?.slopes;
    // Of a layer that is gone nobody asks for sizes: they stay those of one channel.
    const more = Math.min(removed, width - 1) - Math.min(before, width - 1);
    const sizes = this.#sizes[layer]!.map((size, i) => size - (slopes?.[i] ?? 0) * more);
    const ends = this.#ends[unit]!.has(layer) ? Number(removed === width) - Number(before === width) : 0;
    return { sizes, gone: this.#gone[layer]! + ends };
  }

  #at(layer: number, { sizes, gone }: { readonly sizes: readonly number[]; readonly gone: number }): number {
    return gone > 0 ? 0 : this.#layers[layer]!.milliseconds(sizes);
  }
}

/** What runs for the nodes of a block, and for its sum. */
function layersOf(ending: Ending | undefined, layers: readonly LatencyLayer[]): ReadonlySet<number> {
  const names = new Set(ending ? [...ending.block.nodes, ending.block.name] : []);
  return new Set([...layers.keys()].filter((layer) => names.has(layers[layer]!.name)));
}

function linksOf(
  { graph, channels }: UnitMap,
  unit: Unit,
  model: LatencyModel,
  dense: readonly LatencyLayer[],
): Link[] {
  if (unit.width === 1) return [];
  const thinner = model.layers(applyCuts(graph, channels, new Set([unit.roots[0]!])).graph);
  const byName = new Map(thinner.map((layer) => [layer.name, layer]));
  const links = dense.map(({ name, sizes }, layer) => {
    const same = byName.get(name);
    if (thinner.length !== dense.length || same?.sizes.length !== sizes.length) {
      throw new RequestError(
        "layers run otherwise once a channel of it is removed, so its time cannot be foretold",
        unit.name,
      );
    }
    return { layer, slopes: sizes.map((size, i) => size - same.sizes[i]!) };
  });
  return links.filter(({ slopes }) => slopes.some((slope) => slope !== 0));
}
