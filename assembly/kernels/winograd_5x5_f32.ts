import { transpose } from "../pack/transpose";

/**
 * The transforms of Winograd's F(4x4, 5x5) with the points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, four tiles side by side in the
 * lanes. The transform of the input is that of F(6x6, 3x3), which has the same points.
 *
 * Layout    a tile reads 8 x 8 pixels and makes 4 x 4; the 64 transformed values lie `pitch` bytes apart.
 * Tile      4 tiles of one channel.
 * Requires  scratch: 72 vectors.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */

const VECTOR: usize = 16;

/** c0 * a + c1 * b + c. */
function sum(a: v128, c0: f32, b: v128, c1: f32, c: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(a, f32x4.splat(c0)), f32x4.mul(b, f32x4.splat(c1))), c);
}

/** Eight values in, `step` apart, eight out, the rows of B^T. */
function inputRow(x: usize, step: usize, y: usize, pitch: usize): void {
  const d1 = v128.load(x + step);
  const d2 = v128.load(x + 2 * step);
  const d3 = v128.load(x + 3 * step);
  const d4 = v128.load(x + 4 * step);
  const d5 = v128.load(x + 5 * step);
  const d6 = v128.load(x + 6 * step);
  const middle = f32x4.splat(5.25);
  v128.store(y, f32x4.add(f32x4.sub(v128.load(x), d6), f32x4.mul(f32x4.sub(d4, d2), middle)));
  let even = sum(d4, -4.25, d2, 1, d6);
  let odd = sum(d3, -4.25, d1, 1, d5);
  v128.store(y + pitch, f32x4.add(even, odd));
  v128.store(y + 2 * pitch, f32x4.sub(even, odd));
  even = sum(d2, 0.25, d4, -1.25, d6);
  odd = sum(d1, 0.5, d3, -2.5, f32x4.add(d5, d5));
  v128.store(y + 3 * pitch, f32x4.add(even, odd));
  v128.store(y + 4 * pitch, f32x4.sub(even, odd));
  even = sum(d2, 4, d4, -5, d6);
  odd = sum(d5, 0.5, d3, -2.5, f32x4.add(d1, d1));
  v128.store(y + 5 * pitch, f32x4.add(even, odd));
  v128.store(y + 6 * pitch, f32x4.sub(even, odd));
  const d7 = v128.load(x + 7 * step);
  v128.store(y + 7 * pitch, f32x4.add(f32x4.sub(d7, d1), f32x4.mul(f32x4.sub(d3, d5), middle)));
}

/** B^T d B of one channel of the tiles at p0 to p3, whose rows are `rowBytes` apart. Reads exactly 8 x 8 pixels of each. */
export function winogradInput5x5(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  rowBytes: usize,
  scratch: usize,
  y: usize,
  pitch: usize,
): void {
  const pixels = scratch + 64 * VECTOR;
  for (let i: usize = 0; i < 8; i++) {
    transpose(p0, p1, p2, p3, pixels, VECTOR);
    transpose(p0 + 16, p1 + 16, p2 + 16, p3 + 16, pixels + 64, VECTOR);
    inputRow(pixels, VECTOR, scratch + 8 * i * VECTOR, VECTOR);
    p0 += rowBytes;
    p1 += rowBytes;
    p2 += rowBytes;
    p3 += rowBytes;
  }
  for (let j: usize = 0; j < 8; j++) inputRow(scratch + j * VECTOR, 8 * VECTOR, y + j * pitch, 8 * pitch);
}

/** Eight values in, four out, the rows of A^T; the points 1/2 and -1/2 are scaled by 8. */
function outputRow(x: usize, pitch: usize, y: usize, yPitch: usize): void {
  const m1 = v128.load(x + pitch);
  const m2 = v128.load(x + 2 * pitch);
  const m3 = v128.load(x + 3 * pitch);
  const m4 = v128.load(x + 4 * pitch);
  const m5 = v128.load(x + 5 * pitch);
  const m6 = v128.load(x + 6 * pitch);
  const ones = f32x4.add(m1, m2);
  const twos = f32x4.add(m3, m4);
  const halves = f32x4.add(m5, m6);
  v128.store(y, f32x4.add(v128.load(x), sum(halves, 8, twos, 1, ones)));
  v128.store(y + 2 * yPitch, sum(halves, 2, twos, 4, ones));
  const oneLess = f32x4.sub(m1, m2);
  const twoLess = f32x4.sub(m3, m4);
  const halfLess = f32x4.sub(m5, m6);
  v128.store(y + yPitch, sum(halfLess, 4, twoLess, 2, oneLess));
  v128.store(y + 3 * yPitch, f32x4.add(v128.load(x + 7 * pitch), sum(halfLess, 1, twoLess, 8, oneLess)));
}

/**
 * A^T m A of four tiles: m has 64 vectors `pitch` bytes apart. Afterwards scratch holds for each tile 4 rows of 4 pixels, 64
 * bytes a tile.
 */
export function winogradOutput5x5(m: usize, pitch: usize, scratch: usize): void {
  const columns = scratch + 16 * VECTOR;
  const row = columns + 32 * VECTOR;
  for (let j: usize = 0; j < 8; j++) outputRow(m + j * pitch, 8 * pitch, columns + j * VECTOR, 8 * VECTOR);
  for (let i: usize = 0; i < 4; i++) {
    outputRow(columns + 8 * i * VECTOR, VECTOR, row, VECTOR);
    transpose(row, row + 16, row + 32, row + 48, scratch + i * VECTOR, 4 * VECTOR);
  }
}
