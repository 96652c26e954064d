/** Which pixels of its output a convolution computes, and where the others take their values from. */
import { ModelError } from "../errors.js";
import type { Positions } from "../gen/network.js";
import { checkIncreasing } from "./lists.js";

/** Row-major numbers of the pixels that are computed, increasing; the grid, where they are one. */
export interface Computed {
  readonly pixels: readonly number[];
  readonly grid: { readonly rows: readonly number[]; readonly columns: readonly number[] } | undefined;
}

/** Throws a `ModelError` unless these are some pixels, not all, of a plane of this size, in the one spelling there is. */
export function readPositions({ rows, columns, pixels }: Positions, oh: number, ow: number): Computed {
  const isGrid = pixels.length === 0;
  if (isGrid) {
    checkIncreasing(rows, "rows", oh);
    checkIncreasing(columns, "columns", ow);
  } else if (rows.length + columns.length > 0) throw new ModelError("positions are both a grid and single pixels");
  const computed = isGrid ? rows.flatMap((row) => columns.map((column) => row * ow + column)) : bitsOf(pixels, oh * ow);
  if (computed.length === 0 || computed.length === oh * ow) {
    throw new ModelError(`${computed.length} of ${oh * ow} positions are computed, expected some, but not all`);
  }
  return { pixels: computed, grid: isGrid ? { rows, columns } : undefined };
}

function bitsOf(bits: Uint8Array, count: number): number[] {
  if (bits.length !== (count + 7) >> 3 || bits.at(-1)! >> (((count - 1) & 7) + 1) !== 0) {
    throw new ModelError(`${bits.length} bytes say which of ${count} positions are computed, or bits behind the last`);
  }
  const set: number[] = [];
  for (let i = 0; i < count; i++) if ((bits[i >> 3]! >> (i & 7)) & 1) set.push(i);
  return set;
}

/**
 * For each pixel of the plane which of the computed ones, by its place in their list, is the nearest: by squared Euclidean distance,
 * of equally near ones the first. Row by row outwards from the pixel, until no row can hold a nearer one.
 */
export function nearestComputed({ pixels }: Computed, oh: number, ow: number): Int32Array {
  const inRow = nearestInRows(pixels, oh, ow);
  const nearest = new Int32Array(oh * ow);
  for (let at = 0; at < nearest.length; at++) {
    const row = Math.floor(at / ow);
    let [found, least] = [-1, Infinity];
    for (let down = 0; down * down <= least && down < oh; down++) {
      for (const other of [row - down, row + down]) {
        const candidate = other < 0 || other >= oh ? -1 : inRow[other * ow + (at % ow)]!;
        if (candidate < 0) continue;
        const distance = down * down + ((pixels[candidate]! % ow) - (at % ow)) ** 2;
        if (distance < least || (distance === least && candidate < found)) [found, least] = [candidate, distance];
      }
    }
    nearest[at] = found;
  }
  return nearest;
}

/** For each pixel the nearest computed one of its own row, of two the left one; -1 where the row has none. */
function nearestInRows(pixels: readonly number[], oh: number, ow: number): Int32Array {
  const nearest = new Int32Array(oh * ow).fill(-1);
  pixels.forEach((pixel, i) => (nearest[pixel] = i));
  for (let first = 0; first < nearest.length; first += ow) {
    let left = -1;
    const lefts = nearest.slice(first, first + ow).map((i) => (left = i < 0 ? left : i));
    let right = -1;
    for (let column = ow - 1; column >= 0; column--) {
      const at = first + column;
      if (nearest[at]! >= 0) right = nearest[at]!;
      const toLeft = lefts[column]! < 0 ? Infinity : at - pixels[lefts[column]!]!;
      const toRight = right < 0 ? Infinity : pixels[right]! - at;
      nearest[at] = toLeft <= toRight ? lefts[column]! : right;
    }
  }
  return nearest;
}
