import { madd } from "../simd";

/**
 * Packed matrix products, f32, for what is left at the edges: as gemm_f32_6x8, with fewer output channels or fewer pixels.
 *
 * Layout    as gemm_f32_6x8: f: panel [k][rows]; x: rows of 8 or 4 floats.
 * Tile      2 x 8; 6 x 4, 4 x 4 and 2 x 4.
 * Requires  as gemm_f32_6x8.
 * Reads     exactly rows * k and lanes * k floats; never past the end.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_f32 and conv_winograd_f32.
 */
export function gemm_f32_2x8(k: i32, f: usize, x: usize, xPitch: usize, y: usize, yPitch: usize, again: bool): void {
  let acc0_03 = f32x4.splat(0);
  let acc0_47 = f32x4.splat(0);
  let acc1_03 = f32x4.splat(0);
  let acc1_47 = f32x4.splat(0);
  if (again) {
    let from = y;
    acc0_03 = v128.load(from);
    acc0_47 = v128.load(from, 16);
    from += yPitch;
    acc1_03 = v128.load(from);
    acc1_47 = v128.load(from, 16);
  }
  for (; k > 0; k--) {
    const x03 = v128.load(x);
    const x47 = v128.load(x, 16);
    const f0 = v128.load32_splat(f, 0);
    acc0_03 = madd(f0, x03, acc0_03);
    acc0_47 = madd(f0, x47, acc0_47);
    const f1 = v128.load32_splat(f, 4);
    acc1_03 = madd(f1, x03, acc1_03);
    acc1_47 = madd(f1, x47, acc1_47);
    f += 8;
    x += xPitch;
  }
  v128.store(y, acc0_03);
  v128.store(y, acc0_47, 16);
  y += yPitch;
  v128.store(y, acc1_03);
  v128.store(y, acc1_47, 16);
}

/** See `gemm_f32_2x8`. */
export function gemm_f32_6x4(k: i32, f: usize, x: usize, xPitch: usize, y: usize, yPitch: usize, again: bool): void {
  let acc0 = f32x4.splat(0);
  let acc1 = f32x4.splat(0);
  let acc2 = f32x4.splat(0);
  let acc3 = f32x4.splat(0);
  let acc4 = f32x4.splat(0);
  let acc5 = f32x4.splat(0);
  if (again) {
    let from = y;
    acc0 = v128.load(from);
    from += yPitch;
    acc1 = v128.load(from);
    from += yPitch;
    acc2 = v128.load(from);
    from += yPitch;
    acc3 = v128.load(from);
    from += yPitch;
    acc4 = v128.load(from);
    from += yPitch;
    acc5 = v128.load(from);
  }
  for (; k > 0; k--) {
    const x03 = v128.load(x);
    acc0 = madd(v128.load32_splat(f, 0), x03, acc0);
    acc1 = madd(v128.load32_splat(f, 4), x03, acc1);
    acc2 = madd(v128.load32_splat(f, 8), x03, acc2);
    acc3 = madd(v128.load32_splat(f, 12), x03, acc3);
    acc4 = madd(v128.load32_splat(f, 16), x03, acc4);
    acc5 = madd(v128.load32_splat(f, 20), x03, acc5);
    f += 24;
    x += xPitch;
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
}

/** See `gemm_f32_2x8`. */
export function gemm_f32_4x4(k: i32, f: usize, x: usize, xPitch: usize, y: usize, yPitch: usize, again: bool): void {
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
    acc0 = madd(v128.load32_splat(f, 0), x03, acc0);
    acc1 = madd(v128.load32_splat(f, 4), x03, acc1);
    acc2 = madd(v128.load32_splat(f, 8), x03, acc2);
    acc3 = madd(v128.load32_splat(f, 12), x03, acc3);
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

/** See `gemm_f32_2x8`. */
export function gemm_f32_2x4(k: i32, f: usize, x: usize, xPitch: usize, y: usize, yPitch: usize, again: bool): void {
  let acc0 = f32x4.splat(0);
  let acc1 = f32x4.splat(0);
  if (again) {
    let from = y;
    acc0 = v128.load(from);
    from += yPitch;
    acc1 = v128.load(from);
  }
  for (; k > 0; k--) {
    const x03 = v128.load(x);
    acc0 = madd(v128.load32_splat(f, 0), x03, acc0);
    acc1 = madd(v128.load32_splat(f, 4), x03, acc1);
    f += 8;
    x += xPitch;
  }
  v128.store(y, acc0);
  y += yPitch;
  v128.store(y, acc1);
}
