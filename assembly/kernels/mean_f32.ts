import { clampScalar, sumLanes } from "../simd";
import { Step } from "../step";

/**
 * Mean over the middle one of three axes.
 *
 * Layout    x: [oc][ic][ow]; y: [oc][ow].
 * Tile      ow = 1: 4 elements of the axis at a time; else one output at a time.
 * Requires  ic >= 1.
 * Writes    exactly y.
 * Oracle    src/ops/reduce-mean.ts `evaluate`.
 */
export function mean_f32(s: Step): void {
  const share: f32 = 1 / (s.ic as f32);
  const step = (s.ow as usize) << 2;
  let y = s.y;
  for (let o = 0; o < s.oc; o++) {
    const x = s.x + (o as usize) * (s.ic as usize) * step;
    for (let i: usize = 0; i < step; i += 4) {
      const sum = s.ow == 1 ? sumRow(x, s.ic) : sumColumn(x + i, s.ic, step);
      store<f32>(y, clampScalar(sum * share, s.lo, s.hi));
      y += 4;
    }
  }
}

function sumRow(x: usize, count: i32): f32 {
  let acc = f32x4.splat(0);
  for (; count >= 4; count -= 4, x += 16) acc = f32x4.add(acc, v128.load(x));
  let sum = sumLanes(acc);
  for (; count > 0; count--, x += 4) sum += load<f32>(x);
  return sum;
}

function sumColumn(x: usize, count: i32, step: usize): f32 {
  let sum: f32 = 0;
  for (; count > 0; count--, x += step) sum += load<f32>(x);
  return sum;
}
