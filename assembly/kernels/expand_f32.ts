import { clampScalar } from "../simd";
import { Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * Planes of which only some pixels were computed, filled up: y[c, p] = clamp(x[c, source of p] + z[c, p]).
 *
 * Layout    x: oc planes of iw floats; y, z: oc planes of ow floats; table: for each pixel of y the byte offset of its source in a
 *           plane of x.
 * Tile      1 element. Threads divide the planes.
 * Requires  z 0: no residual; z may be y, x may not.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function expand_f32(s: Step): void {
  const end = endOf(s.oc);
  const bytes = (s.ow as usize) << 2;
  for (let c = firstOf(s.oc); c < end; c++) {
    const x = s.x + (((c * s.iw) as usize) << 2);
    const at = (c as usize) * bytes;
    for (let p: usize = 0; p < bytes; p += 4) {
      let v = load<f32>(x + load<u32>(s.table + p));
      if (s.z != 0) v += load<f32>(s.z + at + p);
      store<f32>(s.y + at + p, clampScalar(v, s.lo, s.hi));
    }
  }
}
