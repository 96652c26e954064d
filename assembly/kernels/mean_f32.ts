import { clamp, clampScalar, sumLanes } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow, storeUpTo } from "../threads";

/**
 * Mean over the middle one of three axes.
 *
 * Layout    x: [oc][ic][ow]; y: [oc][ow].
 * Tile      ow = 1: 4 elements of the axis at a time; else 4 outputs at a time, summed in y. Threads share o, or the outputs.
 * Requires  ic >= 1; y is not x.
 * Writes    whole vectors: up to 3 floats behind each row of y, which the next row, or the slack, takes. With threads exactly y.
 * Oracle    src/ops/reduce-mean.ts `evaluate`.
 */
export function mean_f32(s: Step): void {
  if (s.ow == 1) return meanRows(s);
  const share = f32x4.splat(1 / (s.ic as f32));
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const step = (s.ow as usize) << 2;
  const first = firstInRow(s.oc, s.ow);
  const bytes = endInRow(s.oc, s.ow) - first;
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const y = s.y + (o as usize) * step + first;
    const end = y + bytes;
    let x = s.x + ((o * s.ic) as usize) * step + first;
    for (let i: usize = 0; i < bytes; i += 16) storeUpTo(end, y + i, v128.load(x + i));
    x += step;
    for (let k = s.ic - 1; k > 0; k--, x += step) addRow(y, x, end);
    for (let i: usize = 0; i < bytes; i += 16) {
      storeUpTo(end, y + i, clamp(f32x4.mul(v128.load(y + i), share), lo, hi));
    }
  }
}

function meanRows(s: Step): void {
  const share: f32 = 1 / (s.ic as f32);
  const rowsEnd = endRow(s.oc, 1);
  for (let o = firstRow(s.oc, 1); o < rowsEnd; o++) {
    const sum = sumRow(s.x + (((o * s.ic) as usize) << 2), s.ic);
    store<f32>(s.y + ((o as usize) << 2), clampScalar(sum * share, s.lo, s.hi));
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
function addRow(y: usize, x: usize, end: usize): void {
  for (; y < end; y += 16, x += 16) storeUpTo(end, y, f32x4.add(v128.load(y), v128.load(x)));
}
