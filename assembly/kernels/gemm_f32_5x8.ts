import { madd } from "../simd";
import { storeRow } from "./store_row";

/**
 * Packed matrix product, f32: y[oc, p] = clamp(b[oc] + sum over k of f[oc, k] * x[k, p] + z[oc, p]), one 5 x 8 tile.
 *
 * Layout    f: panel [k][5]; x: panel [k][8]; b: 5 floats; y and z: planar, rows `yPitch` bytes apart.
 * Tile      5 output channels x 8 pixels: 10 accumulators + 2 pixel vectors + 1 splat = 13 registers.
 * Requires  k >= 1; all inside the arena (the planner's business); nothing about alignment. zMinusY 0: no residual.
 * Reads     exactly 5 * k and 8 * k floats; never past the end.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function gemm_f32_5x8(
  k: i32,
  f: usize,
  x: usize,
  b: usize,
  y: usize,
  yPitch: usize,
  zMinusY: usize,
  lo: v128,
  hi: v128,
): void {
  let acc0_03 = v128.load32_splat(b, 0);
  let acc0_47 = acc0_03;
  let acc1_03 = v128.load32_splat(b, 4);
  let acc1_47 = acc1_03;
  let acc2_03 = v128.load32_splat(b, 8);
  let acc2_47 = acc2_03;
  let acc3_03 = v128.load32_splat(b, 12);
  let acc3_47 = acc3_03;
  let acc4_03 = v128.load32_splat(b, 16);
  let acc4_47 = acc4_03;
  for (; k > 0; k--) {
    const x03 = v128.load(x);
    const x47 = v128.load(x, 16);
    const f0 = v128.load32_splat(f, 0);
    acc0_03 = madd(f0, x03, acc0_03);
    acc0_47 = madd(f0, x47, acc0_47);
    const f1 = v128.load32_splat(f, 4);
    acc1_03 = madd(f1, x03, acc1_03);
    acc1_47 = madd(f1, x47, acc1_47);
    const f2 = v128.load32_splat(f, 8);
    acc2_03 = madd(f2, x03, acc2_03);
    acc2_47 = madd(f2, x47, acc2_47);
    const f3 = v128.load32_splat(f, 12);
    acc3_03 = madd(f3, x03, acc3_03);
    acc3_47 = madd(f3, x47, acc3_47);
    const f4 = v128.load32_splat(f, 16);
    acc4_03 = madd(f4, x03, acc4_03);
    acc4_47 = madd(f4, x47, acc4_47);
    f += 20;
    x += 32;
  }
  storeRow(y, acc0_03, acc0_47, zMinusY, lo, hi);
  y += yPitch;
  storeRow(y, acc1_03, acc1_47, zMinusY, lo, hi);
  y += yPitch;
  storeRow(y, acc2_03, acc2_47, zMinusY, lo, hi);
  y += yPitch;
  storeRow(y, acc3_03, acc3_47, zMinusY, lo, hi);
  y += yPitch;
  storeRow(y, acc4_03, acc4_47, zMinusY, lo, hi);
}
