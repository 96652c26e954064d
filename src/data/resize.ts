/**
 * A picture at another size, each axis on its own, edges at edges (half-pixel centres, no aligned corners):
 *
 *   larger   bilinear: the two nearest pixels, weighted by nearness to their centres; beyond the outermost centres, the edge
 *   smaller  area average: every pixel weighted by how much of it the new, larger pixel covers; so nothing aliases
 *
 * In float64 from beginning to end; nothing is rounded to 8 bits, unlike in programs whose results are pictures.
 */
import type { Picture } from "./picture.js";

/** One output position: the weights of the input positions from `first` on; they add up to 1. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** The samples (HWC) of the picture at `width` x `height`. */
export function resize(picture: Picture, width: number, height: number): Float64Array {
  const { channels } = picture;
  const narrowed = new Float64Array(picture.height * width * channels);
  const columns = tapsOf(picture.width, width);
  for (let y = 0; y < picture.height; y++) {
    const row = picture.pixels.subarray(y * picture.width * channels, (y + 1) * picture.width * channels);
    sumTaps(row, columns, channels, narrowed.subarray(y * width * channels, (y + 1) * width * channels));
  }
  const resized = new Float64Array(height * width * channels);
  sumTaps(narrowed, tapsOf(picture.height, height), width * channels, resized);
  return resized;
}

/** Weighted sums of whole items of `size` samples: pixels along a row, rows along a picture. */
function sumTaps(x: ArrayLike<number>, taps: readonly Taps[], size: number, y: Float64Array): void {
  taps.forEach(({ first, weights }, item) => {
    for (let tap = 0; tap < weights.length; tap++) {
      const from = (first + tap) * size;
      for (let at = 0; at < size; at++) y[item * size + at]! += weights[tap]! * x[from + at]!;
    }
  });
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
