import { transpose } from "../pack/transpose";
import { inputRow8, outputRow8 } from "./winograd_5x5_f32";
import { inputRow5, outputRow5, outputRow6 } from "./winograd_even_f32";

/**
 * Winograd's transforms of any size, four tiles side by side in the lanes, by those of one row. Sizes that are met most have
 * functions of their own.
 *
 * Layout    a tile reads side x side pixels and makes m x m; the side^2 transformed values lie `pitch` bytes apart.
 * Tile      4 tiles of one channel.
 * Requires  scratch: side x (side + 1) vectors, for the output m x (side + 9). side 5 (m 4), 6 (m 5, output only) or 8 (m 4 or 5).
 * Reads     whole vectors of each row of pixels.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */

const VECTOR: usize = 16;

/** B^T d B of one channel of the tiles at p0 to p3, whose rows are `rowBytes` apart. */
export function winogradInput(
  side: i32,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  rowBytes: usize,
  scratch: usize,
  y: usize,
  pitch: usize,
): void {
  const step = (side as usize) * VECTOR;
  const pixels = scratch + (side as usize) * step;
  let row = scratch;
  for (let i = 0; i < side; i++) {
    transpose(p0, p1, p2, p3, pixels, VECTOR);
    transpose(p0 + 16, p1 + 16, p2 + 16, p3 + 16, pixels + 64, VECTOR);
    inputRow(side, pixels, VECTOR, row, VECTOR);
    row += step;
    p0 += rowBytes;
    p1 += rowBytes;
    p2 += rowBytes;
    p3 += rowBytes;
  }
  row = scratch;
  for (let j = 0; j < side; j++) {
    inputRow(side, row, step, y, (side as usize) * pitch);
    row += VECTOR;
    y += pitch;
  }
}

function inputRow(side: i32, x: usize, step: usize, y: usize, pitch: usize): void {
  if (side == 5) inputRow5(x, step, y, pitch);
  else inputRow8(x, step, y, pitch);
}

/** Bytes from one row of a tile of the output to the next. */
export function outputRowBytes(m: i32): usize {
  return m == 2 ? 8 : m == 4 ? 16 : 32;
}

/** A^T x A of four tiles. Afterwards scratch holds for each tile m rows of m pixels, `outputRowBytes` apart. */
export function winogradOutput(m: i32, side: i32, x: usize, pitch: usize, scratch: usize): void {
  const rowBytes = outputRowBytes(m);
  const tileBytes = (m as usize) * rowBytes;
  const step = (side as usize) * VECTOR;
  const columns = scratch + 4 * tileBytes;
  const row = columns + (m as usize) * step;
  for (let j = 0; j < side; j++) {
    outputRow(m, side, x, (side as usize) * pitch, columns + (j as usize) * VECTOR, step);
    x += pitch;
  }
  for (let i = 0; i < m; i++) {
    outputRow(m, side, columns + (i as usize) * step, VECTOR, row, VECTOR);
    transpose(row, row + 16, row + 32, row + 48, scratch, tileBytes);
    if (m == 5) {
      const last = v128.load(row, 64);
      v128.store32_lane(scratch, last, 0, 16);
      v128.store32_lane(scratch + tileBytes, last, 1, 16);
      v128.store32_lane(scratch + 2 * tileBytes, last, 2, 16);
      v128.store32_lane(scratch + 3 * tileBytes, last, 3, 16);
    }
    scratch += rowBytes;
  }
}

function outputRow(m: i32, side: i32, x: usize, pitch: usize, y: usize, yPitch: usize): void {
  if (side == 5) outputRow5(x, pitch, y, yPitch);
  else if (side == 6) outputRow6(x, pitch, y, yPitch);
  else outputRow8(m, x, pitch, y, yPitch);
}
