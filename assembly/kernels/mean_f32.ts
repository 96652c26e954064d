import { clamp, clampScalar, sumLanes } from "../simd";
import { Step } from "../step";

/**
 * Mean over the middle one of three axes.
 *
 * Layout    x: [oc][ic][ow]; y: [oc][ow].
 * Tile      ow = 1: 4 elements of the axis at a time; else 4 outputs at a time, summed in y.
 * Requires  ic >= 1; y is not x.
 * Writes    whole vectors: up to 3 floats behind each row of y, which the next row, or the slack, takes.
 * Oracle    src/ops/reduce-mean.ts `evaluate`.
 */
export function mean_f32(s: Step): void {
  if (s.ow == 1) return meanRows(s);
  const share = f32x4.splat(1 / (s.ic as f32));
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const step = (s.ow as usize) << 2;
  let x = s.x;
  let y = s.y;
  for (let o = s.oc; o > 0; o--) {
    for (let i: usize = 0; i < step; i += 16) v128.store(y + i, v128.load(x + i));
    x += step;
    for (let k = s.ic - 1; k > 0; k--, x += step) addRow(y, x, step);
    for (let i: usize = 0; i < step; i += 16) v128.store(y + i, clamp(f32x4.mul(v128.load(y + i), share), lo, hi));
    y += step;
  }
}

function meanRows(s: Step): void {
  const share: f32 = 1 / (s.ic as f32);
  let x = s.x;
  let y = s.y;
  for (let o = s.oc; o > 0; o--) {
    store<f32>(y, clampScalar(sumRow(x, s.ic) * share, s.lo, s.hi));
    x += (s.ic as usize) << 2;
    y += 4;
  }
}

function sumRow(x: usize, count: i32): f32 {
  let acc = f32x4.splat(0);
  for (; count >= 4; count -= 4, x += 16) acc = f32x4.add(acc, v128.load(x));
  let sum = sumLanes(acc);
  for (; count > 0; count--, x += 4) sum += load<f32>(x);
  return sum;
}

/** Row by row, since a plane's columns lie too far apart for the caches. */
function addRow(y: usize, x: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, f32x4.add(v128.load(y + i), v128.load(x + i)));
}
