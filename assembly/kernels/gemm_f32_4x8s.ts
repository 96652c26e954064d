import { madd } from "../simd";

/**
 * Packed matrix product, f32: y[oc, p] (+)= sum over k of f[oc, k] * x[k, p], one 4 x 8 tile. Few loads: for
 * engines that check the bounds of each; the splats are shuffles of one vector.
 *
 * Layout    f: panel [k][4]; x: rows of 8 floats, `xPitch` bytes apart; y: rows of 8 floats, `yPitch` bytes apart.
 * Tile      4 output channels x 8 pixels: 8 accumulators + 2 pixel vectors + 1 filter vector + 1 splat = 12 registers.
 * Requires  all inside the arena (the planner's business); nothing about alignment. `again` adds to what is in y.
 * Reads     exactly 4 * k and 8 * k floats; never past the end.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_f32 and conv_winograd_f32.
 */
export function gemm_f32_4x8s(k: i32, f: usize, x: usize, xPitch: usize, y: usize, yPitch: usize, again: bool): void {
  let acc0_03 = f32x4.splat(0);
  let acc0_47 = f32x4.splat(0);
  let acc1_03 = f32x4.splat(0);
  let acc1_47 = f32x4.splat(0);
  let acc2_03 = f32x4.splat(0);
  let acc2_47 = f32x4.splat(0);
  let acc3_03 = f32x4.splat(0);
  let acc3_47 = f32x4.splat(0);
  if (again) {
    let from = y;
    acc0_03 = v128.load(from);
    acc0_47 = v128.load(from, 16);
    from += yPitch;
    acc1_03 = v128.load(from);
    acc1_47 = v128.load(from, 16);
    from += yPitch;
    acc2_03 = v128.load(from);
    acc2_47 = v128.load(from, 16);
    from += yPitch;
    acc3_03 = v128.load(from);
    acc3_47 = v128.load(from, 16);
  }
  for (; k > 0; k--) {
    const x03 = v128.load(x);
    const x47 = v128.load(x, 16);
    const f03 = v128.load(f);
    const f0 = v128.shuffle<f32>(f03, f03, 0, 0, 0, 0);
    acc0_03 = madd(f0, x03, acc0_03);
    acc0_47 = madd(f0, x47, acc0_47);
    const f1 = v128.shuffle<f32>(f03, f03, 1, 1, 1, 1);
    acc1_03 = madd(f1, x03, acc1_03);
    acc1_47 = madd(f1, x47, acc1_47);
    const f2 = v128.shuffle<f32>(f03, f03, 2, 2, 2, 2);
    acc2_03 = madd(f2, x03, acc2_03);
    acc2_47 = madd(f2, x47, acc2_47);
    const f3 = v128.shuffle<f32>(f03, f03, 3, 3, 3, 3);
    acc3_03 = madd(f3, x03, acc3_03);
    acc3_47 = madd(f3, x47, acc3_47);
    f += 16;
    x += xPitch;
  }
  v128.store(y, acc0_03);
  v128.store(y, acc0_47, 16);
  y += yPitch;
  v128.store(y, acc1_03);
  v128.store(y, acc1_47, 16);
  y += yPitch;
  v128.store(y, acc2_03);
  v128.store(y, acc2_47, 16);
  y += yPitch;
  v128.store(y, acc3_03);
  v128.store(y, acc3_47, 16);
}

/** `gemm_f32_4x8s` with 4 pixels. */
export function gemm_f32_4x4s(k: i32, f: usize, x: usize, xPitch: usize, y: usize, yPitch: usize, again: bool): void {
  let acc0 = f32x4.splat(0);
  let acc1 = f32x4.splat(0);
  let acc2 = f32x4.splat(0);
  let acc3 = f32x4.splat(0);
  if (again) {
    let from = y;
    acc0 = v128.load(from);
    from += yPitch;
    acc1 = v128.load(from);
    from += yPitch;
    acc2 = v128.load(from);
    from += yPitch;
    acc3 = v128.load(from);
  }
  for (; k > 0; k--) {
    const x03 = v128.load(x);
    const f03 = v128.load(f);
    const f0 = v128.shuffle<f32>(f03, f03, 0, 0, 0, 0);
    acc0 = madd(f0, x03, acc0);
    const f1 = v128.shuffle<f32>(f03, f03, 1, 1, 1, 1);
    acc1 = madd(f1, x03, acc1);
    const f2 = v128.shuffle<f32>(f03, f03, 2, 2, 2, 2);
    acc2 = madd(f2, x03, acc2);
    const f3 = v128.shuffle<f32>(f03, f03, 3, 3, 3, 3);
    acc3 = madd(f3, x03, acc3);
    f += 16;
    x += xPitch;
  }
  v128.store(y, acc0);
  y += yPitch;
  v128.store(y, acc1);
  y += yPitch;
  v128.store(y, acc2);
  y += yPitch;
  v128.store(y, acc3);
}
