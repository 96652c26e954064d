import { clamp, clampScalar, madd, maddScalar } from "../simd";
import { Step } from "../step";

/**
 * Matrix product of two computed matrices: y[m, n] = clamp(sum over k of x[m, k] * f[k, n]).
 *
 * Layout    x: [oh][ic]; f: [ic][ow]; y: [oh][ow]; all row-major.
 * Tile      1 row x 4 columns.
 * Requires  ic >= 1.
 * Writes    exactly y.
 * Oracle    src/ops/matmul.ts `evaluate`.
 */
export function matmul_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const pitch = (s.ow as usize) << 2;
  let y = s.y;
  for (let m = 0; m < s.oh; m++) {
    const x = s.x + (((m * s.ic) as usize) << 2);
    let n = 0;
    for (; n + 4 <= s.ow; n += 4) {
      let acc = f32x4.splat(0);
      let f = s.f + ((n as usize) << 2);
      for (let k: usize = 0; k < (s.ic as usize) << 2; k += 4) {
        acc = madd(v128.load32_splat(x + k), v128.load(f), acc);
        f += pitch;
      }
      v128.store(y, clamp(acc, lo, hi));
      y += 16;
    }
    for (; n < s.ow; n++) {
      let sum: f32 = 0;
      let f = s.f + ((n as usize) << 2);
      for (let k: usize = 0; k < (s.ic as usize) << 2; k += 4) {
        sum = maddScalar(load<f32>(x + k), load<f32>(f), sum);
        f += pitch;
      }
      store<f32>(y, clampScalar(sum, s.lo, s.hi));
      y += 4;
    }
  }
}
