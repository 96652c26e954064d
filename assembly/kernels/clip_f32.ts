import { clamp } from "../simd";
import { Step } from "../step";
import { endOfVectors, firstOfVectors } from "../threads";

/**
 * Between two bounds: y = clamp(x), `ow` elements.
 *
 * Layout    x, y: ow floats; y may be x.
 * Tile      4 elements; threads share the vectors.
 * Writes    whole vectors: up to 3 floats of slack behind y.
 * Oracle    src/ops/clip.ts `evaluate`.
 */
export function clip_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const end = endOfVectors(s.ow);
  for (let i = firstOfVectors(s.ow); i < end; i += 16) v128.store(s.y + i, clamp(v128.load(s.x + i), lo, hi));
}
