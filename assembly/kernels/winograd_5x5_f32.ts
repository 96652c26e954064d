/**
 * The rows of the transforms of Winograd's F(4x4, 5x5) and F(5x5, 4x4) with the points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity. The
 * transform of the input depends on the points only: it is that of F(6x6, 3x3), too.
 *
 * Layout    values `step` or `pitch` bytes apart in, `pitch` or `yPitch` out.
 * Tile      4 tiles of one channel.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */

/** c0 * a + c1 * b + c. */
function sum(a: v128, c0: f32, b: v128, c1: f32, c: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(a, f32x4.splat(c0)), f32x4.mul(b, f32x4.splat(c1))), c);
}

/** Eight values in, `step` apart, eight out, the rows of B^T. */
export function inputRow8(x: usize, step: usize, y: usize, pitch: usize): void {
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

/** Eight values in, m (4 or 5) out, the rows of A^T; the points 1/2 and -1/2 are scaled by 8. */
export function outputRow8(m: i32, x: usize, pitch: usize, y: usize, yPitch: usize): void {
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
  const fourth = sum(halfLess, 1, twoLess, 8, oneLess);
  const infinite = v128.load(x + 7 * pitch);
  if (m == 4) {
    v128.store(y + 3 * yPitch, f32x4.add(infinite, fourth));
  } else {
    v128.store(y + 3 * yPitch, fourth);
    v128.store(y + 4 * yPitch, f32x4.add(infinite, sum(halves, 0.5, twos, 16, ones)));
  }
}
