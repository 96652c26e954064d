import { expNegative } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow } from "../threads";

/**
 * Softmax over the middle one of three axes.
 *
 * Layout    x, y: [oc][ic][ow]; y may be x.
 * Tile      ow >= 4: 4 runs side by side; else one run at a time, its exponentials 1 at a time. Threads share o, or the runs.
 * Requires  ic >= 1.
 * Writes    exactly y.
 * Oracle    src/ops/softmax.ts `evaluate`.
 */
export function softmax_f32(s: Step): void {
  const step = (s.ow as usize) << 2;
  const block = (s.ic as usize) * step;
  const first = firstInRow(s.oc, s.ow);
  const end = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const x = s.x + (o as usize) * block;
    const y = s.y + (o as usize) * block;
    let i = first;
    for (; i + 16 <= end; i += 16) fourRuns(x + i, y + i, s.ic, step);
    for (; i < end; i += 4) oneRun(x + i, y + i, s.ic, step);
  }
}

function fourRuns(x: usize, y: usize, count: i32, step: usize): void {
  let largest = v128.load(x);
  for (let i: usize = 1; i < (count as usize); i++) largest = f32x4.pmax(largest, v128.load(x + i * step));
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < (count as usize); i++) {
    const e = expNegative(f32x4.sub(v128.load(x + i * step), largest));
    v128.store(y + i * step, e);
    sum = f32x4.add(sum, e);
  }
  for (let i: usize = 0; i < (count as usize); i++) {
    v128.store(y + i * step, f32x4.div(v128.load(y + i * step), sum));
  }
}

function oneRun(x: usize, y: usize, count: i32, step: usize): void {
  let largest = load<f32>(x);
  for (let i: usize = 1; i < (count as usize); i++) largest = max(largest, load<f32>(x + i * step));
  let sum: f32 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const e = f32x4.extract_lane(expNegative(f32x4.splat(load<f32>(x + i * step) - largest)), 0);
    store<f32>(y + i * step, e);
    sum += e;
  }
  for (let i: usize = 0; i < (count as usize); i++) store<f32>(y + i * step, load<f32>(y + i * step) / sum);
}
