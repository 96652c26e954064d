import { logarithm } from "../logarithm";
import { clamp, clampScalar, expNegative } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow } from "../threads";

/**
 * Logarithm of the sum of exponentials over the middle one of three axes; log_softmax_f32 subtracts it from x.
 *
 * Layout    x: [oc][ic][ow]; y: [oc][ow], or as x.
 * Tile      ow >= 4: 4 runs side by side; else one run at a time, 1 element at a time. Threads share o, or the runs.
 * Requires  ic >= 1.
 * Writes    exactly y.
 * Oracle    src/ops/log-softmax.ts and src/ops/reduce-log-sum-exp.ts `evaluate`.
 */
export function log_softmax_f32(s: Step): void {
  const step = (s.ow as usize) << 2;
  const block = (s.ic as usize) * step;
  const first = firstInRow(s.oc, s.ow);
  const end = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const x = s.x + (o as usize) * block;
    const y = s.y + (o as usize) * block;
    let i = first;
    for (; i + 16 <= end; i += 16) subtractFour(x + i, y + i, s.ic, step);
    for (; i < end; i += 4) subtractOne(x + i, y + i, s.ic, step);
  }
}

/** See `log_softmax_f32`. */
export function log_sum_exp_f32(s: Step): void {
  const step = (s.ow as usize) << 2;
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const first = firstInRow(s.oc, s.ow);
  const end = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const x = s.x + ((o * s.ic) as usize) * step;
    const y = s.y + (o as usize) * step;
    let i = first;
    for (; i + 16 <= end; i += 16) {
      const largest = largestOfFour(x + i, s.ic, step);
      v128.store(y + i, clamp(f32x4.add(largest, logSumOfFour(x + i, s.ic, step, largest)), lo, hi));
    }
    for (; i < end; i += 4) {
      const largest = largestOfOne(x + i, s.ic, step);
      store<f32>(y + i, clampScalar(largest + logSumOfOne(x + i, s.ic, step, largest), s.lo, s.hi));
    }
  }
}

function subtractFour(x: usize, y: usize, count: i32, step: usize): void {
  const largest = largestOfFour(x, count, step);
  const logSum = logSumOfFour(x, count, step, largest);
  for (; count > 0; count--, x += step, y += step) {
    v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), largest), logSum));
  }
}

function subtractOne(x: usize, y: usize, count: i32, step: usize): void {
  const largest = largestOfOne(x, count, step);
  const logSum = logSumOfOne(x, count, step, largest);
  for (; count > 0; count--, x += step, y += step) store<f32>(y, load<f32>(x) - largest - logSum);
}

function largestOfFour(x: usize, count: i32, step: usize): v128 {
  let largest = v128.load(x);
  for (; count > 0; count--, x += step) largest = f32x4.max(largest, v128.load(x));
  return largest;
}

function largestOfOne(x: usize, count: i32, step: usize): f32 {
  let largest = load<f32>(x);
  for (; count > 0; count--, x += step) largest = max(largest, load<f32>(x));
  return largest;
}

/** NaN where the largest is infinite: Infinity - Infinity. */
function logSumOfFour(x: usize, count: i32, step: usize, largest: v128): v128 {
  let sum = f32x4.splat(0);
  for (; count > 0; count--, x += step) sum = f32x4.add(sum, expNegative(f32x4.sub(v128.load(x), largest)));
  return logarithm(sum);
}

function logSumOfOne(x: usize, count: i32, step: usize, largest: f32): f32 {
  let sum: f32 = 0;
  for (; count > 0; count--, x += step) {
    sum += f32x4.extract_lane(expNegative(f32x4.splat(load<f32>(x) - largest)), 0);
  }
  return f32x4.extract_lane(logarithm(f32x4.splat(sum)), 0);
}
