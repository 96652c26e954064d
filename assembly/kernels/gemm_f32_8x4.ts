import { madd } from "../simd";

/**
 * Packed matrix product, f32: y[oc, p] = b[oc] + sum over k of f[oc, k] * x[k, p], one 8 x 4 tile. For few pixels.
 *
 * Layout    f: panel [k][8]; x: panel [k][4]; b: 8 floats; y: rows `yPitch` bytes apart.
 * Tile      8 output channels x 4 pixels: 8 accumulators + 1 pixel vector + 1 splat = 10 registers.
 * Requires  k >= 1; all inside the arena (the planner's business); nothing about alignment.
 * Reads     exactly 8 * k and 4 * k floats; never past the end.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */
export function gemm_f32_8x4(k: i32, f: usize, x: usize, b: usize, y: usize, yPitch: usize): void {
  let acc0 = v128.load32_splat(b, 0);
  let acc1 = v128.load32_splat(b, 4);
  let acc2 = v128.load32_splat(b, 8);
  let acc3 = v128.load32_splat(b, 12);
  let acc4 = v128.load32_splat(b, 16);
  let acc5 = v128.load32_splat(b, 20);
  let acc6 = v128.load32_splat(b, 24);
  let acc7 = v128.load32_splat(b, 28);
  for (; k > 0; k--) {
    const x03 = v128.load(x);
    acc0 = madd(v128.load32_splat(f, 0), x03, acc0);
    acc1 = madd(v128.load32_splat(f, 4), x03, acc1);
    acc2 = madd(v128.load32_splat(f, 8), x03, acc2);
    acc3 = madd(v128.load32_splat(f, 12), x03, acc3);
    acc4 = madd(v128.load32_splat(f, 16), x03, acc4);
    acc5 = madd(v128.load32_splat(f, 20), x03, acc5);
    acc6 = madd(v128.load32_splat(f, 24), x03, acc6);
    acc7 = madd(v128.load32_splat(f, 28), x03, acc7);
    f += 32;
    x += 16;
  }
  v128.store(y, acc0);
  y += yPitch;
  v128.store(y, acc1);
  y += yPitch;
  v128.store(y, acc2);
  y += yPitch;
  v128.store(y, acc3);
  y += yPitch;
  v128.store(y, acc4);
  y += yPitch;
  v128.store(y, acc5);
  y += yPitch;
  v128.store(y, acc6);
  y += yPitch;
  v128.store(y, acc7);
}
