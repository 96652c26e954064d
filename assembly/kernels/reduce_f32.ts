import { Finish, Fold } from "../abi";
import { logarithm } from "../logarithm";
import { clamp, clampScalar, sumLanes } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow, storeUpTo } from "../threads";

/**
 * Sum, largest, smallest or product over the middle one of three axes; kh says which (Fold), kw what becomes of it (Finish).
 *
 * Layout    x: [oc][ic][ow]; y: [oc][ow].
 * Tile      ow = 1: 4 elements of the axis at a time; else 4 outputs at a time, combined in y row by row. Threads share o, or the outputs.
 * Requires  ic >= 1; y is not x.
 * Writes    whole vectors: up to 3 floats behind each row of y, which the next row, or the slack, takes. With threads exactly y.
 * Oracle    src/ops/reduction.ts `evaluate`.
 */
export function reduce_f32(s: Step): void {
  if (s.ow == 1) return reduceRows(s);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const start = f32x4.splat(neutral(s.kh));
  const step = (s.ow as usize) << 2;
  const first = firstInRow(s.oc, s.ow);
  const bytes = endInRow(s.oc, s.ow) - first;
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const y = s.y + (o as usize) * step + first;
    const end = y + bytes;
    let x = s.x + ((o * s.ic) as usize) * step + first;
    for (let i: usize = 0; i < bytes; i += 16) storeUpTo(end, y + i, start);
    for (let k = s.ic; k > 0; k--, x += step) foldRow(s.kh, y, x, end);
    for (let i: usize = 0; i < bytes; i += 16) {
      storeUpTo(end, y + i, clamp(finish(s.kw, v128.load(y + i)), lo, hi));
    }
  }
}

function reduceRows(s: Step): void {
  const start = neutral(s.kh);
  const rowsEnd = endRow(s.oc, 1);
  for (let o = firstRow(s.oc, 1); o < rowsEnd; o++) {
    const x = s.x + (((o * s.ic) as usize) << 2);
    const y = s.y + ((o as usize) << 2);
    const four = fold(s.kh, f32x4.splat(start), x, s.ic >> 2);
    const rest = foldScalar(s.kh, lanes(s.kh, four), x + (((s.ic as usize) >> 2) << 4), s.ic & 3);
    store<f32>(y, clampScalar(f32x4.extract_lane(finish(s.kw, f32x4.splat(rest)), 0), s.lo, s.hi));
  }
}

function neutral(kind: i32): f32 {
  if (kind == Fold.Max) return -Infinity;
  if (kind == Fold.Min) return Infinity;
  return kind == Fold.Product ? 1 : 0;
}

/** `count` vectors, combined lane by lane. NaN wins, as in Math.max. */
function fold(kind: i32, acc: v128, x: usize, count: i32): v128 {
  switch (kind) {
    case Fold.Sum:
      for (; count > 0; count--, x += 16) acc = f32x4.add(acc, v128.load(x));
      break;
    case Fold.SumOfMagnitudes:
      for (; count > 0; count--, x += 16) acc = f32x4.add(acc, f32x4.abs(v128.load(x)));
      break;
    case Fold.SumOfSquares:
      for (; count > 0; count--, x += 16) acc = f32x4.add(acc, square(v128.load(x)));
      break;
    case Fold.Max:
      for (; count > 0; count--, x += 16) acc = f32x4.max(acc, v128.load(x));
      break;
    case Fold.Min:
      for (; count > 0; count--, x += 16) acc = f32x4.min(acc, v128.load(x));
      break;
    default:
      for (; count > 0; count--, x += 16) acc = f32x4.mul(acc, v128.load(x));
  }
  return acc;
}

/** One row of x into the outputs from y to `end`. */
function foldRow(kind: i32, y: usize, x: usize, end: usize): void {
  switch (kind) {
    case Fold.Sum:
      for (; y < end; y += 16, x += 16) storeUpTo(end, y, f32x4.add(v128.load(y), v128.load(x)));
      break;
    case Fold.SumOfMagnitudes:
      for (; y < end; y += 16, x += 16) storeUpTo(end, y, f32x4.add(v128.load(y), f32x4.abs(v128.load(x))));
      break;
    case Fold.SumOfSquares:
      for (; y < end; y += 16, x += 16) storeUpTo(end, y, f32x4.add(v128.load(y), square(v128.load(x))));
      break;
    case Fold.Max:
      for (; y < end; y += 16, x += 16) storeUpTo(end, y, f32x4.max(v128.load(y), v128.load(x)));
      break;
    case Fold.Min:
      for (; y < end; y += 16, x += 16) storeUpTo(end, y, f32x4.min(v128.load(y), v128.load(x)));
      break;
    default:
      for (; y < end; y += 16, x += 16) storeUpTo(end, y, f32x4.mul(v128.load(y), v128.load(x)));
  }
}

function square(v: v128): v128 {
  return f32x4.mul(v, v);
}

/** The few elements behind the last whole vector. */
function foldScalar(kind: i32, acc: f32, x: usize, count: i32): f32 {
  for (; count > 0; count--, x += 4) acc = combine(kind, acc, prepare(kind, load<f32>(x)));
  return acc;
}

function prepare(kind: i32, v: f32): f32 {
  if (kind == Fold.SumOfMagnitudes) return abs(v);
  return kind == Fold.SumOfSquares ? v * v : v;
}

function combine(kind: i32, a: f32, b: f32): f32 {
  if (kind == Fold.Max) return max(a, b);
  if (kind == Fold.Min) return min(a, b);
  return kind == Fold.Product ? a * b : a + b;
}

function lanes(kind: i32, v: v128): f32 {
  if (kind <= Fold.SumOfSquares) return sumLanes(v);
  const a = combine(kind, f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1));
  return combine(kind, combine(kind, a, f32x4.extract_lane(v, 2)), f32x4.extract_lane(v, 3));
}

function finish(how: i32, v: v128): v128 {
  if (how == Finish.Root) return f32x4.sqrt(v);
  return how == Finish.Logarithm ? logarithm(v) : v;
}
