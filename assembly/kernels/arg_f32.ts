import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow } from "../threads";

/**
 * The place of the largest element over the middle one of three axes, as a float; of the smallest with kh = 1.
 * Of equal ones the first, with kw = 1 the last. NaN only wins where it comes first.
 *
 * Layout    x: [oc][ic][ow]; y: [oc][ow].
 * Tile      ow >= 4: 4 runs side by side; else one run, 1 element at a time. Threads share o, or the runs.
 * Requires  1 <= ic <= 2^24.
 * Writes    exactly y.
 * Oracle    src/ops/arg.ts `evaluate`.
 */
export function arg_f32(s: Step): void {
  const step = (s.ow as usize) << 2;
  // Both orders are one: the largest of -x is the smallest of x.
  const sign: f32 = s.kh ? -1 : 1;
  const first = firstInRow(s.oc, s.ow);
  const end = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const x = s.x + ((o * s.ic) as usize) * step;
    const y = s.y + (o as usize) * step;
    let i = first;
    for (; i + 16 <= end; i += 16) v128.store(y + i, ofFour(x + i, s.ic, step, sign, s.kw));
    for (; i < end; i += 4) store<f32>(y + i, ofOne(x + i, s.ic, step, sign, s.kw));
  }
}

function ofFour(x: usize, count: i32, step: usize, sign: f32, last: i32): v128 {
  const signs = f32x4.splat(sign);
  let best = f32x4.mul(v128.load(x), signs);
  let place = i32x4.splat(0);
  for (let i = 1; i < count; i++) {
    x += step;
    const v = f32x4.mul(v128.load(x), signs);
    const wins = last ? f32x4.ge(v, best) : f32x4.gt(v, best);
    best = v128.bitselect(v, best, wins);
    place = v128.bitselect(i32x4.splat(i), place, wins);
  }
  return f32x4.convert_i32x4_s(place);
}

function ofOne(x: usize, count: i32, step: usize, sign: f32, last: i32): f32 {
  let best = load<f32>(x) * sign;
  let place = 0;
  for (let i = 1; i < count; i++) {
    x += step;
    const v = load<f32>(x) * sign;
    if (v > best || (last && v == best)) {
      best = v;
      place = i;
    }
  }
  return place as f32;
}
