import { clamp } from "../simd";
import { Step } from "../step";
import { endOfVectors, firstOfVectors } from "../threads";

/**
 * Elementwise on `ow` elements: y = clamp(x + f), y = clamp(x * f), y = clamp(x).
 *
 * Layout    x, f, y: ow floats; y may be x or f.
 * Tile      4 elements; threads share the vectors.
 * Writes    whole vectors: up to 3 floats of slack behind y.
 * Oracle    src/ops/add.ts, src/ops/mul.ts, src/ops/clip.ts `evaluate`.
 */
export function add_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const end = endOfVectors(s.ow);
  for (let i = firstOfVectors(s.ow); i < end; i += 16) {
    v128.store(s.y + i, clamp(f32x4.add(v128.load(s.x + i), v128.load(s.f + i)), lo, hi));
  }
}

/** See `add_f32`. */
export function mul_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const end = endOfVectors(s.ow);
  for (let i = firstOfVectors(s.ow); i < end; i += 16) {
    v128.store(s.y + i, clamp(f32x4.mul(v128.load(s.x + i), v128.load(s.f + i)), lo, hi));
  }
}

/** See `add_f32`. */
export function clip_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const end = endOfVectors(s.ow);
  for (let i = firstOfVectors(s.ow); i < end; i += 16) v128.store(s.y + i, clamp(v128.load(s.x + i), lo, hi));
}
