/**
 * Filters whose output channels all read the same elements of their windows, as strided sparsity, free lists of taps and unread
 * input channels make them: what is read, as rows of the lowered matrix and, where it is regular, as a smaller window.
 */
import type { Weights } from "../../gen/network.js";
import { bandsOf } from "../mask.js";
import { readStored } from "../weights.js";
import type { ConvLayer } from "./convolution.js";

const found = new WeakMap<Weights, readonly number[] | undefined>();

/**
 * The rows of a group's lowered matrix, channel x tap, that some output channel reads, increasing; undefined where the filter is not
 * stored so that all share them, or reads nothing.
 */
export function sharedRows(filter: Weights): readonly number[] | undefined {
  if (!found.has(filter)) {
    const isShared = filter.mask !== "all" && filter.block === filter.shape[0] && filter.data.length > 0;
    found.set(filter, isShared ? bandsOf(filter)[0]!.columns : undefined);
  }
  return found.get(filter);
}

/**
 * The layer as a convolution that reads all of its window: itself, or where its output channels share their taps, and taps n + a m of
 * every input channel that is read are left, one with the dilation m (Anwar et al. 2015, intra-kernel strided sparsity) whose window
 * may be smaller and begin elsewhere; the geometry's `ic` counts unread channels, too.
 * Where taps are left otherwise, or begin behind the padding, zeros stand for those that are not.
 */
export function wholeWindow({ geometry: g, filter }: ConvLayer): Pick<ConvLayer, "geometry" | "window"> {
  const whole = { geometry: g };
  const rows = sharedRows(filter);
  if (!rows) return whole;
  const size = g.kh * g.kw;
  const first = Math.floor(rows[0]! / size);
  const taps = rows.filter((row) => row < (first + 1) * size).map((row) => row % size);
  if (rows.some((row, i) => row % size !== taps[i % taps.length])) return whole;
  const down = steps(taps.filter((tap) => tap % g.kw === taps[0]! % g.kw).map((tap) => Math.floor(tap / g.kw)));
  const across = steps(taps.filter((tap) => tap < taps[0]! - (taps[0]! % g.kw) + g.kw).map((tap) => tap % g.kw));
  if (!down || !across || down.count * across.count !== taps.length) return whole;
  const [top, left] = [g.top - down.first * g.dh, g.left - across.first * g.dw];
  if (Math.min(top, left) < 0) return whole;
  const window = { kh: down.count, kw: across.count, dh: down.step * g.dh, dw: across.step * g.dw, top, left };
  const reads = rows.filter((_, i) => i % taps.length === 0).map((row) => Math.floor(row / size));
  return {
    geometry: { ...g, ...window },
    window: {
      reads: reads.length < filter.shape[1]! ? reads : undefined,
      numbers: () => readStored(filter),
    },
  };
}

/** Numbers that are `step` apart. */
function steps(numbers: readonly number[]): { first: number; step: number; count: number } | undefined {
  const first = numbers[0]!;
  const step = numbers.length > 1 ? numbers[1]! - first : 1;
  return numbers.every((number, i) => number === first + i * step) ? { first, step, count: numbers.length } : undefined;
}
