import { storeTiles2 } from "./winograd_2x2_f32";

/**
 * Winograd's transforms for windows of 2 x 2: F(2x2, 2x2) with the points 0, 1 and infinity, and the rows of F(4x4, 2x2) with 0, 1,
 * -1, 2 and infinity, and of the output of F(5x5, 2x2), whose points, and so whose input, are those of F(4x4, 3x3).
 *
 * Layout    values `step` or `pitch` bytes apart in, `pitch` or `yPitch` out.
 * Tile      4 tiles of one channel.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */

/** B^T d B of one channel of the tiles at p0 to p3, whose rows are `rowBytes` apart. Reads 4 pixels of 3 rows of each. */
export function winogradInput3(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  rowBytes: usize,
  y: usize,
  pitch: usize,
): void {
  const next: usize = 3 * pitch;
  const b0 = v128.load(p0 + rowBytes);
  const b1 = v128.load(p1 + rowBytes);
  const b2 = v128.load(p2 + rowBytes);
  const b3 = v128.load(p3 + rowBytes);
  rowOf3(
    f32x4.sub(v128.load(p0), b0),
    f32x4.sub(v128.load(p1), b1),
    f32x4.sub(v128.load(p2), b2),
    f32x4.sub(v128.load(p3), b3),
    y,
    pitch,
  );
  rowOf3(b0, b1, b2, b3, y + next, pitch);
  rowBytes <<= 1;
  const c0 = f32x4.sub(v128.load(p0 + rowBytes), b0);
  const c1 = f32x4.sub(v128.load(p1 + rowBytes), b1);
  const c2 = f32x4.sub(v128.load(p2 + rowBytes), b2);
  const c3 = f32x4.sub(v128.load(p3 + rowBytes), b3);
  rowOf3(c0, c1, c2, c3, y + 2 * next, pitch);
}

/** One row of four tiles in, three values of each out, the rows of B^T. */
function rowOf3(a0: v128, a1: v128, a2: v128, a3: v128, y: usize, pitch: usize): void {
  const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5);
  const d1 = v128.shuffle<f32>(low01, low23, 2, 3, 6, 7);
  const d2 = v128.shuffle<f32>(
    v128.shuffle<f32>(a0, a1, 2, 6, 3, 7),
    v128.shuffle<f32>(a2, a3, 2, 6, 3, 7),
    0,
    1,
    4,
    5,
  );
  v128.store(y, f32x4.sub(v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), d1));
  v128.store(y + pitch, d1);
  v128.store(y + 2 * pitch, f32x4.sub(d2, d1));
}

/** Five values in, five out, the rows of B^T. */
export function inputRow5(x: usize, step: usize, y: usize, pitch: usize): void {
  const two = f32x4.splat(2);
  const d1 = v128.load(x + step);
  const d2 = v128.load(x + 2 * step);
  const d3 = v128.load(x + 3 * step);
  const odd = f32x4.sub(d3, d1);
  const high = f32x4.sub(d3, d2);
  const low = f32x4.mul(two, f32x4.sub(d2, d1));
  v128.store(y, f32x4.add(f32x4.mul(two, f32x4.sub(v128.load(x), d2)), odd));
  v128.store(y + pitch, f32x4.sub(high, f32x4.add(d1, d1)));
  v128.store(y + 2 * pitch, f32x4.sub(high, low));
  v128.store(y + 3 * pitch, odd);
  v128.store(y + 4 * pitch, f32x4.sub(f32x4.sub(v128.load(x + 4 * step), d2), f32x4.mul(two, odd)));
}

/** A^T m A of four tiles: m has 9 vectors `pitch` bytes apart. Afterwards scratch holds a vector for each tile: its 2 rows. */
export function winogradOutput2x2(m: usize, pitch: usize, scratch: usize): void {
  const middle = v128.load(m + 4 * pitch);
  const left = f32x4.add(v128.load(m + 3 * pitch), middle);
  const right = f32x4.add(middle, v128.load(m + 5 * pitch));
  const top = v128.load(m + pitch);
  const bottom = v128.load(m + 7 * pitch);
  storeTiles2(
    f32x4.add(f32x4.add(v128.load(m), top), left),
    f32x4.add(f32x4.add(top, v128.load(m + 2 * pitch)), right),
    f32x4.add(left, f32x4.add(v128.load(m + 6 * pitch), bottom)),
    f32x4.add(right, f32x4.add(bottom, v128.load(m + 8 * pitch))),
    scratch,
  );
}

/** Five values in, four out, the rows of A^T. */
export function outputRow5(x: usize, pitch: usize, y: usize, yPitch: usize): void {
  const m1 = v128.load(x + pitch);
  const m2 = v128.load(x + 2 * pitch);
  const m3 = v128.load(x + 3 * pitch);
  const sum = f32x4.add(m1, m2);
  const less = f32x4.sub(m1, m2);
  v128.store(y, f32x4.add(v128.load(x), f32x4.add(sum, m3)));
  v128.store(y + yPitch, f32x4.add(less, f32x4.add(m3, m3)));
  v128.store(y + 2 * yPitch, f32x4.add(sum, f32x4.mul(f32x4.splat(4), m3)));
  const last = f32x4.add(less, f32x4.mul(f32x4.splat(8), m3));
  v128.store(y + 3 * yPitch, f32x4.add(last, v128.load(x + 4 * pitch)));
}

/** Six values in, five out, the rows of A^T. */
export function outputRow6(x: usize, pitch: usize, y: usize, yPitch: usize): void {
  const m1 = v128.load(x + pitch);
  const m2 = v128.load(x + 2 * pitch);
  const m3 = v128.load(x + 3 * pitch);
  const m4 = v128.load(x + 4 * pitch);
  const sum12 = f32x4.add(m1, m2);
  const less12 = f32x4.sub(m1, m2);
  const sum34 = f32x4.add(m3, m4);
  const less34 = f32x4.sub(m3, m4);
  v128.store(y, f32x4.add(v128.load(x), f32x4.add(sum12, sum34)));
  v128.store(y + yPitch, f32x4.add(less12, f32x4.add(less34, less34)));
  v128.store(y + 2 * yPitch, f32x4.add(sum12, f32x4.mul(f32x4.splat(4), sum34)));
  v128.store(y + 3 * yPitch, f32x4.add(less12, f32x4.mul(f32x4.splat(8), less34)));
  const last = f32x4.add(sum12, f32x4.mul(f32x4.splat(16), sum34));
  v128.store(y + 4 * yPitch, f32x4.add(last, v128.load(x + 5 * pitch)));
}
