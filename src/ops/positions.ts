/** Which pixels of its output a perforated convolution computes, and what the others become (Figurnov et al. 2016, PerforatedCNNs). */
import { ModelError } from "../errors.js";
import type { Positions as PositionsLayer } from "../gen/network.js";

/** A grid, all crossings of its rows and columns; or any pixels, by their row-major numbers. Lists are strictly increasing. */
export type Positions =
  { readonly rows: readonly number[]; readonly columns: readonly number[] } | { readonly pixels: readonly number[] };

/** Throws a `ModelError` unless every list has something in it, is strictly increasing, and ends inside a plane of this size. */
export function checkPositions(positions: Positions, oh: number, ow: number): void {
  if ("pixels" in positions) return checkIncreasing(positions.pixels, "pixels", oh * ow);
  checkIncreasing(positions.rows, "rows", oh);
  checkIncreasing(positions.columns, "columns", ow);
}

/** Throws a `ModelError` unless the list has something in it, and is strictly increasing between 0 and `size`. */
export function checkIncreasing(list: readonly number[], what: string, size: number): void {
  if (list.length === 0) throw new ModelError(`no ${what} are listed, expected one or more`);
  list.forEach((number, i) => {
    if (!(Number.isInteger(number) && number > (list[i - 1] ?? -1) && number < size)) {
      throw new ModelError(
        `${what} must be strictly increasing from 0 to ${size - 1}: ${number} follows ${list[i - 1] ?? "nothing"}`,
      );
    }
  });
}

/** Row-major numbers of the pixels that are computed, of rows of `ow`. */
export function computedPixels(positions: Positions, ow: number): readonly number[] {
  if ("pixels" in positions) return positions.pixels;
  return positions.rows.flatMap((row) => positions.columns.map((column) => row * ow + column));
}

/** How many pixels of a plane are computed; without positions, all of them. */
export function countComputed(positions: Positions | undefined, oh: number, ow: number): number {
  if (!positions) return oh * ow;
  return "pixels" in positions ? positions.pixels.length : positions.rows.length * positions.columns.length;
}

/**
 * For each pixel of a plane the number of the computed pixel whose value it takes: the nearest by squared Euclidean distance, of
 * equally near ones the first in row-major order.
 */
export function nearestComputed(positions: Positions, oh: number, ow: number): Int32Array {
  const isComputed = new Uint8Array(oh * ow);
  for (const pixel of computedPixels(positions, ow)) isComputed[pixel] = 1;
  return Int32Array.from(isComputed, (itself, pixel) =>
    itself ? pixel : Math.min(...nearestOthers(isComputed, oh, ow, pixel)),
  );
}

/** The marked pixels of a plane, all that are equally near, that are nearest to a pixel by squared Euclidean distance: others than it. */
export function nearestOthers(isMarked: Uint8Array, oh: number, ow: number, pixel: number): number[] {
  const [row, column] = [Math.floor(pixel / ow), pixel % ow];
  let nearest: number[] = [];
  let least = Infinity;
  const look = (down: number, across: number): void => {
    if (row + down < 0 || row + down >= oh || column + across < 0 || column + across >= ow) return;
    const distance = down * down + across * across;
    const other = (row + down) * ow + column + across;
    if (distance > least || !isMarked[other]) return;
    if (distance < least) nearest = [];
    least = distance;
    nearest.push(other);
  };
  // Squares around the pixel, each larger by one, until all of the next is further away.
  for (let r = 1; r < Math.max(oh, ow) && r * r <= least; r++) {
    for (let along = -r; along <= r; along++) {
      look(-r, along);
      look(r, along);
      if (along === -r || along === r) continue;
      look(along, -r);
      look(along, r);
    }
  }
  return nearest;
}

/** As the format spells it: a grid if it is one, else a bit for each pixel of the plane; nothing where all are computed. */
export function lowerPositions(positions: Positions, oh: number, ow: number): PositionsLayer | undefined {
  if (countComputed(positions, oh, ow) === oh * ow) return undefined;
  const grid = "pixels" in positions ? gridOf(positions.pixels, ow) : positions;
  if (grid) return { ...grid, pixels: new Uint8Array(0) };
  const pixels = new Uint8Array(Math.ceil((oh * ow) / 8));
  for (const pixel of computedPixels(positions, ow)) pixels[pixel >> 3]! |= 1 << (pixel & 7);
  return { rows: [], columns: [], pixels };
}

/** The rows and columns whose crossings the pixels are, if they are any. */
function gridOf(pixels: readonly number[], ow: number): Exclude<Positions, { pixels: unknown }> | undefined {
  const rows = [...new Set(pixels.map((pixel) => Math.floor(pixel / ow)))];
  const columns = [...new Set(pixels.map((pixel) => pixel % ow))].sort((a, b) => a - b);
  return rows.length * columns.length === pixels.length ? { rows, columns } : undefined;
}

/** The way back from the format's spelling. */
export function raisePositions({ rows, columns, pixels }: PositionsLayer): Positions {
  if (pixels.length === 0) return { rows, columns };
  const isComputed = (pixel: number) => (pixels[pixel >> 3]! >> (pixel & 7)) & 1;
  return { pixels: Array.from({ length: 8 * pixels.length }, (_, pixel) => pixel).filter(isComputed) };
}
