import { logarithm } from "../logarithm";
import { clamp, expNegative, madd } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow, storeUpTo } from "../threads";

/**
 * y = x / (value + alpha * sum of squares of neighbouring channels)^beta, of one image.
 *
 * Layout    x, y: oc planes of ow floats; table: alpha, beta. Channels c - top to c + bottom, where they exist, are summed.
 * Tile      4 pixels of one channel. Threads share the channels, or the pixels.
 * Requires  ow >= 1; value > 0 and alpha >= 0, so that the power has a logarithm.
 * Writes    whole vectors: up to 3 floats behind each plane, which the next plane, or the slack, takes. With threads exactly y.
 * Oracle    src/ops/lrn.ts `evaluate`.
 */
export function normalise_neighbours_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const alpha = v128.load32_splat(s.table);
  const beta = v128.load32_splat(s.table, 4);
  const base = f32x4.splat(s.value);
  const plane = (s.ow as usize) << 2;
  const begin = firstInRow(s.oc, s.ow);
  const last = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let c = firstRow(s.oc, s.ow); c < rowsEnd; c++) {
    const first = max(0, c - s.top);
    const count = min(s.oc - 1, c + s.bottom) - first + 1;
    const from = s.x + (first as usize) * plane;
    const at = (c as usize) * plane;
    const end = s.y + at + last;
    for (let i = begin; i < last; i += 16) {
      const power = reciprocalPower(madd(sumOfSquares(from + i, count, plane), alpha, base), beta);
      storeUpTo(end, s.y + at + i, clamp(f32x4.mul(v128.load(s.x + at + i), power), lo, hi));
    }
  }
}

function sumOfSquares(x: usize, count: i32, step: usize): v128 {
  let acc = f32x4.splat(0);
  for (; count > 0; count--, x += step) acc = madd(v128.load(x), v128.load(x), acc);
  return acc;
}

/** v^-beta = e^(-beta ln v); where ln v is negative, one over e^(beta ln v). */
function reciprocalPower(v: v128, beta: v128): v128 {
  const exponent = f32x4.mul(beta, logarithm(v));
  const power = expNegative(f32x4.neg(f32x4.abs(exponent)));
  const inverse = f32x4.div(f32x4.splat(1), power);
  const either = v128.bitselect(inverse, power, f32x4.lt(exponent, f32x4.splat(0)));
  return v128.andnot(either, f32x4.eq(v, f32x4.splat(Infinity)));
}
