/**
 * A picture at another size, row by row, each axis on its own, edges at edges (half-pixel centres, no aligned corners):
 *
 *   larger   bilinear: the two nearest pixels, weighted by nearness to their centres; beyond the outermost centres, the edge
 *   smaller  area average: every pixel weighted by how much of it the new, larger pixel covers; so nothing aliases
 *
 * In float64, first along rows, then along columns; no more than the rows that are needed at once are kept.
 */
import type { Region } from "./pixels.js";

export type Samples = Float64Array | Uint8Array | Uint8ClampedArray;

interface Source {
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** One output position: the weights of the input positions from `first` on; they add up to 1. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** The rows of a region of the picture at `width` x `height`, each valid until the next is asked for. */
export function* sampleRows(source: Source, region: Region, width: number, height: number): Generator<Samples> {
  const { channels } = source;
  const rowAt = (y: number) => {
    const from = ((region.y + y) * source.width + region.x) * channels;
    return source.data.subarray(from, from + region.width * channels);
  };
  if (region.width === width && region.height === height) {
    for (let y = 0; y < height; y++) yield rowAt(y);
    return;
  }
  const columns = tapsOf(region.width, width);
  const narrowed = new Map<number, Float64Array>();
  const narrowedAt = (y: number) => {
    let row = narrowed.get(y);
    if (!row) narrowed.set(y, (row = narrow(rowAt(y), columns, channels)));
    return row;
  };
  const out = new Float64Array(width * channels);
  for (const { first, weights } of tapsOf(region.height, height)) {
    for (const y of narrowed.keys()) if (y < first) narrowed.delete(y);
    out.fill(0);
    weights.forEach((weight, tap) => {
      const row = narrowedAt(first + tap);
      for (let i = 0; i < out.length; i++) out[i]! += weight * row[i]!;
    });
    yield out;
  }
}

/** A row at another width. */
function narrow(row: Uint8Array | Uint8ClampedArray, columns: readonly Taps[], channels: number): Float64Array {
  const narrowed = new Float64Array(columns.length * channels);
  columns.forEach(({ first, weights }, x) => {
    for (let tap = 0; tap < weights.length; tap++) {
      const from = (first + tap) * channels;
      for (let c = 0; c < channels; c++) narrowed[x * channels + c]! += weights[tap]! * row[from + c]!;
    }
  });
  return narrowed;
}

function tapsOf(from: number, to: number): Taps[] {
  const taps = to < from ? areaTaps : linearTaps;
  return Array.from({ length: to }, (_, at) => taps(at, from, to));
}

function areaTaps(at: number, from: number, to: number): Taps {
  const start = (at * from) / to;
  const end = ((at + 1) * from) / to;
  const first = Math.floor(start);
  const covered = Array.from(
    { length: Math.ceil(end) - first },
    (_, tap) => Math.min(first + tap + 1, end) - Math.max(first + tap, start),
  );
  return { first, weights: covered.map((part) => part / (end - start)) };
}

function linearTaps(at: number, from: number, to: number): Taps {
  const centre = ((at + 0.5) * from) / to - 0.5;
  const inside = Math.min(Math.max(centre, 0), from - 1);
  const first = Math.floor(inside);
  const far = inside - first;
  return { first, weights: far === 0 ? [1] : [1 - far, far] };
}
