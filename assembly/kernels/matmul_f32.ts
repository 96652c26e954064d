import { clamp, clampScalar, madd, maddScalar } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow } from "../threads";

/**
 * Matrix product of two computed matrices: y[m, n] = clamp(sum over k of x[m, k] * f[k, n]).
 *
 * Layout    x: [oh][ic]; f: [ic][ow]; y: [oh][ow]; all row-major.
 * Tile      1 row x 4 columns. Threads share the rows, or the columns.
 * Requires  ic >= 1.
 * Writes    exactly y.
 * Oracle    src/ops/matmul.ts `evaluate`.
 */
export function matmul_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const pitch = (s.ow as usize) << 2;
  const depth = (s.ic as usize) << 2;
  const first = firstInRow(s.oh, s.ow);
  const end = endInRow(s.oh, s.ow);
  const rowsEnd = endRow(s.oh, s.ow);
  for (let m = firstRow(s.oh, s.ow); m < rowsEnd; m++) {
    const x = s.x + (m as usize) * depth;
    const y = s.y + (m as usize) * pitch;
    let n = first;
    for (; n + 16 <= end; n += 16) {
      let acc = f32x4.splat(0);
      let f = s.f + n;
      for (let k: usize = 0; k < depth; k += 4) {
        acc = madd(v128.load32_splat(x + k), v128.load(f), acc);
        f += pitch;
      }
      v128.store(y + n, clamp(acc, lo, hi));
    }
    for (; n < end; n += 4) {
      let sum: f32 = 0;
      let f = s.f + n;
      for (let k: usize = 0; k < depth; k += 4) {
        sum = maddScalar(load<f32>(x + k), load<f32>(f), sum);
        f += pitch;
      }
      store<f32>(y + n, clampScalar(sum, s.lo, s.hi));
    }
  }
}
