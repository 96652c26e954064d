import { transpose } from "../pack/transpose";

/**
 * The transforms of Winograd's F(4x4, 3x3) (Lavin and Gray 2016, section 4.3), four tiles side by side in the lanes.
 *
 * Layout    a tile reads 6 x 6 pixels and makes 4 x 4; the 36 transformed values lie `pitch` bytes apart.
 * Tile      4 tiles of one channel.
 * Requires  scratch: 36 vectors.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */

const VECTOR: usize = 16;

/** Six values in, six out, the rows of B^T. */
export function inputRow(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, y: usize, pitch: usize): void {
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  const two = f32x4.splat(2);
  const even = f32x4.sub(d4, f32x4.mul(four, d2));
  const odd = f32x4.sub(d3, f32x4.mul(four, d1));
  const near = f32x4.sub(d4, d2);
  const far = f32x4.mul(two, f32x4.sub(d3, d1));
  v128.store(y, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
  v128.store(y + pitch, f32x4.add(even, odd));
  v128.store(y + 2 * pitch, f32x4.sub(even, odd));
  v128.store(y + 3 * pitch, f32x4.add(near, far));
  v128.store(y + 4 * pitch, f32x4.sub(near, far));
  v128.store(y + 5 * pitch, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5));
}

/** B^T d B of one channel of the tiles at p0 to p3, whose rows are `rowBytes` apart. Reads exactly 6 x 6 pixels of each. */
export function winogradInput4(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  rowBytes: usize,
  scratch: usize,
  y: usize,
  pitch: usize,
): void {
  let row = scratch;
  for (let i = 0; i < 6; i++) {
    const a0 = v128.load(p0);
    const a1 = v128.load(p1);
    const a2 = v128.load(p2);
    const a3 = v128.load(p3);
    const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
    const last01 = v128.shuffle<f32>(v128.load64_zero(p0, 16), v128.load64_zero(p1, 16), 0, 4, 1, 5);
    const last23 = v128.shuffle<f32>(v128.load64_zero(p2, 16), v128.load64_zero(p3, 16), 0, 4, 1, 5);
    inputRow(
      v128.shuffle<f32>(low01, low23, 0, 1, 4, 5),
      v128.shuffle<f32>(low01, low23, 2, 3, 6, 7),
      v128.shuffle<f32>(high01, high23, 0, 1, 4, 5),
      v128.shuffle<f32>(high01, high23, 2, 3, 6, 7),
      v128.shuffle<f32>(last01, last23, 0, 1, 4, 5),
      v128.shuffle<f32>(last01, last23, 2, 3, 6, 7),
      row,
      VECTOR,
    );
    row += 6 * VECTOR;
    p0 += rowBytes;
    p1 += rowBytes;
    p2 += rowBytes;
    p3 += rowBytes;
  }
  for (let j: usize = 0; j < 6; j++) {
    const t = scratch + j * VECTOR;
    inputRow(
      v128.load(t),
      v128.load(t, 96),
      v128.load(t, 192),
      v128.load(t, 288),
      v128.load(t, 384),
      v128.load(t, 480),
      y + j * pitch,
      6 * pitch,
    );
  }
}

/** Six values in, four out, the rows of A^T. */
function outputRow(x: usize, pitch: usize, y: usize, yPitch: usize): void {
  const m0 = v128.load(x);
  const m1 = v128.load(x + pitch);
  const m2 = v128.load(x + 2 * pitch);
  const m3 = v128.load(x + 3 * pitch);
  const m4 = v128.load(x + 4 * pitch);
  const m5 = v128.load(x + 5 * pitch);
  const sum12 = f32x4.add(m1, m2);
  const less12 = f32x4.sub(m1, m2);
  const sum34 = f32x4.add(m3, m4);
  const less34 = f32x4.sub(m3, m4);
  v128.store(y, f32x4.add(m0, f32x4.add(sum12, sum34)));
  v128.store(y + yPitch, f32x4.add(less12, f32x4.mul(f32x4.splat(2), less34)));
  v128.store(y + 2 * yPitch, f32x4.add(sum12, f32x4.mul(f32x4.splat(4), sum34)));
  v128.store(y + 3 * yPitch, f32x4.add(f32x4.add(less12, f32x4.mul(f32x4.splat(8), less34)), m5));
}

/**
 * A^T m A of four tiles: m has 36 vectors `pitch` bytes apart. Afterwards scratch holds for each tile 4 rows of 4 pixels, 64
 * bytes a tile.
 */
export function winogradOutput4(m: usize, pitch: usize, scratch: usize): void {
  const columns = scratch + 16 * VECTOR;
  for (let j: usize = 0; j < 6; j++) outputRow(m + j * pitch, 6 * pitch, columns + j * VECTOR, 6 * VECTOR);
  for (let i: usize = 0; i < 4; i++) {
    const row = columns + 24 * VECTOR;
    outputRow(columns + i * 6 * VECTOR, VECTOR, row, VECTOR);
    transpose(row, row + 16, row + 32, row + 48, scratch + i * VECTOR, 4 * VECTOR);
  }
}
