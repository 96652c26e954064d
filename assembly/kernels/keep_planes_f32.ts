import { clamp, clampScalar } from "../simd";
import { planeWritten, Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * Planes that a convolution does not write: y = clamp(z), or zeros, clamped.
 *
 * Layout    y, z: oc planes of `ow` floats, where `writes` says.
 * Tile      4 elements. Threads divide the planes.
 * Requires  z 0: zeros; z may be y, and where `kh` is 1 all of it is known to be clamped.
 * Writes    exactly y; nothing where that holds what it should.
 * Oracle    src/ops/scatter.ts `evaluate`, with what comes behind it.
 */
export function keep_planes_f32(s: Step): void {
  if (s.z == s.y && s.kh == 1) return;
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const bytes = (s.ow as usize) << 2;
  const whole = bytes & ~15;
  const zero = clamp(f32x4.splat(0), lo, hi);
  for (let c = firstOf(s.oc); c < endOf(s.oc); c++) {
    const at = planeWritten(s, c, bytes);
    const y = s.y + at;
    if (s.z == 0) {
      for (let i: usize = 0; i < whole; i += 16) v128.store(y + i, zero);
      for (let i = whole; i < bytes; i += 4) store<f32>(y + i, clampScalar(0, s.lo, s.hi));
    } else {
      const z = s.z + at;
      for (let i: usize = 0; i < whole; i += 16) v128.store(y + i, clamp(v128.load(z + i), lo, hi));
      for (let i = whole; i < bytes; i += 4) store<f32>(y + i, clampScalar(load<f32>(z + i), s.lo, s.hi));
    }
  }
}
