import { clamp, clampScalar, madd, maddScalar } from "../simd";
import { Step } from "../step";

/**
 * Per-channel factor and offset: y = clamp(x * f[c] + b[c]).
 *
 * Layout    x, y: oc planes of ow floats; f, b: oc floats; y may be x.
 * Tile      4 elements.
 * Writes    exactly y.
 * Oracle    src/ops/batch-norm.ts `evaluate`.
 */
export function scale_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  let x = s.x;
  let y = s.y;
  for (let c: usize = 0; c < (s.oc as usize) << 2; c += 4) {
    const scale = v128.load32_splat(s.f + c);
    const shift = v128.load32_splat(s.b + c);
    let i = s.ow;
    for (; i >= 4; i -= 4, x += 16, y += 16) v128.store(y, clamp(madd(v128.load(x), scale, shift), lo, hi));
    for (; i > 0; i--, x += 4, y += 4) {
      store<f32>(y, clampScalar(maddScalar(load<f32>(x), load<f32>(s.f + c), load<f32>(s.b + c)), s.lo, s.hi));
    }
  }
}
