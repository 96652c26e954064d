import { clamp, clampScalar, madd, maddScalar } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow } from "../threads";

/**
 * Per-channel factor and offset: y = clamp(x * f[c] + b[c]).
 *
 * Layout    x, y: oc planes of ow floats; f, b: oc floats; y may be x.
 * Tile      4 elements; threads share the planes, or the vectors of each.
 * Writes    exactly y.
 * Oracle    src/ops/batch-norm.ts `evaluate`.
 */
export function scale_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const plane = (s.ow as usize) << 2;
  const first = firstInRow(s.oc, s.ow);
  const end = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const x = s.x + (o as usize) * plane;
    const y = s.y + (o as usize) * plane;
    const f = s.f + ((o as usize) << 2);
    const b = s.b + ((o as usize) << 2);
    const scale = v128.load32_splat(f);
    const shift = v128.load32_splat(b);
    let i = first;
    for (; i + 16 <= end; i += 16) v128.store(y + i, clamp(madd(v128.load(x + i), scale, shift), lo, hi));
    for (; i < end; i += 4) {
      store<f32>(y + i, clampScalar(maddScalar(load<f32>(x + i), load<f32>(f), load<f32>(b)), s.lo, s.hi));
    }
  }
}
