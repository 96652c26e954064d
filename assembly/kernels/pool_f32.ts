import { loadStrided } from "../pack/window_row";
import { clamp } from "../simd";
import { Step } from "../step";
import { endOf, firstOf, scratchOf, storeUpTo } from "../threads";

/**
 * Largest element (NaN is never larger), or mean, of each window, of one image.
 *
 * Layout    x: ic planes of ih x iw; y: ic planes of oh x ow.
 *           table (mean only): oh, then ow floats filled up to a whole vector: 1 / elements that count, by row and column.
 * Tile      1 channel x 4 pixels; first the rows of a window become one row in scratch, padded left and right (with -Infinity, or
 *           with 0), then its columns one element.
 * Requires  share: one padded row that covers every window of whole vectors, and slack.
 * Writes    whole vectors: up to 3 elements behind each row, which the next row or plane, or the slack, takes. Threads divide the
 *           planes.
 * Oracle    src/ops/max-pool.ts and src/ops/average-pool.ts `evaluate`.
 */
function pool(s: Step, mean: bool): void {
  const rowBytes = (s.iw as usize) << 2;
  const scratch = scratchOf(s);
  const outside = f32x4.splat(mean ? 0 : -Infinity);
  const width = ((s.left + s.iw + s.right) as usize) << 2;
  for (let i: usize = 0; i < width; i += 16) v128.store(scratch + i, outside);
  for (let c = firstOf(s.ic); c < endOf(s.ic); c++) {
    const x = s.x + ((c * s.ih) as usize) * rowBytes;
    let y = s.y + (((c * s.oh * s.ow) as usize) << 2);
    for (let p = 0; p < s.oh; p++) {
      const to = scratch + ((s.left as usize) << 2);
      joinRows(s, mean, x, p * s.sh - s.top, to, outside);
      if (mean) meanRow(s, scratch, v128.load32_splat(s.table + ((p as usize) << 2)), y);
      else maxRow(s, scratch, y);
      y += (s.ow as usize) << 2;
    }
  }
}

/** The rows of the window that begins at row `first`, those inside the plane, element by element into one. */
function joinRows(s: Step, mean: bool, x: usize, first: i32, y: usize, outside: v128): void {
  const rowBytes = (s.iw as usize) << 2;
  let count = s.kh;
  for (; count > 0 && first < 0; count--) first += s.dh;
  while (count > 0 && first + (count - 1) * s.dh >= s.ih) count--;
  const from = x + (first as usize) * rowBytes;
  const apart = (s.dh as usize) * rowBytes;
  let i: usize = 0;
  if (!mean && count == 3) i = joinThree(from, from + apart, from + 2 * apart, y, rowBytes);
  if (!mean && count == 2) i = joinThree(from, from + apart, from + apart, y, rowBytes);
  for (; i + 16 <= rowBytes; i += 16) v128.store(y + i, joinColumn(mean, from + i, apart, count, outside));
  for (; i < rowBytes; i += 4) v128.store32_lane(y + i, joinColumn(mean, from + i, apart, count, outside), 0);
}

/** The largest of three rows, whole vectors of them; returns how many bytes that are. */
function joinThree(x0: usize, x1: usize, x2: usize, y: usize, rowBytes: usize): usize {
  const least = f32x4.splat(-Infinity);
  let i: usize = 0;
  for (; i + 16 <= rowBytes; i += 16) {
    const v = f32x4.pmax(f32x4.pmax(least, v128.load(x0 + i)), v128.load(x1 + i));
    v128.store(y + i, f32x4.pmax(v, v128.load(x2 + i)));
  }
  return i;
}

function joinColumn(mean: bool, x: usize, apart: usize, count: i32, outside: v128): v128 {
  let all = outside;
  for (; count > 0; count--) {
    const v = v128.load(x);
    all = mean ? f32x4.add(all, v) : f32x4.pmax(all, v);
    x += apart;
  }
  return all;
}

function maxRow(s: Step, x: usize, y: usize): void {
  if (s.sw == 2 && s.dw == 1 && (s.kw == 2 || s.kw == 3)) return maxHalves(s, x, y);
  const stride = (s.sw as usize) << 2;
  const end = y + ((s.ow as usize) << 2);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  for (; y < end; y += 16) {
    let best = f32x4.splat(-Infinity);
    let q = x;
    for (let j = s.kw; j > 0; j--) {
      best = f32x4.pmax(best, loadStrided(q, stride));
      q += (s.dw as usize) << 2;
    }
    storeUpTo(end, y, clamp(best, lo, hi));
    x += stride << 2;
  }
}

/** Windows of 2 or 3, two apart: even and odd columns by shuffles. */
function maxHalves(s: Step, x: usize, y: usize): void {
  const end = y + ((s.ow as usize) << 2);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const wide = s.kw == 3;
  for (; y < end; y += 16) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    let best = f32x4.pmax(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
    if (wide) best = f32x4.pmax(best, v128.shuffle<f32>(v128.load(x, 8), v128.load(x, 24), 0, 2, 4, 6));
    storeUpTo(end, y, clamp(best, lo, hi));
    x += 32;
  }
}

function meanRow(s: Step, x: usize, rowShare: v128, y: usize): void {
  const stride = (s.sw as usize) << 2;
  const end = y + ((s.ow as usize) << 2);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  let shares = s.table + ((s.oh as usize) << 2);
  for (; y < end; y += 16) {
    let sum = f32x4.splat(0);
    let q = x;
    for (let j = s.kw; j > 0; j--) {
      sum = f32x4.add(sum, loadStrided(q, stride));
      q += (s.dw as usize) << 2;
    }
    const share = f32x4.mul(rowShare, v128.load(shares));
    storeUpTo(end, y, clamp(f32x4.mul(sum, share), lo, hi));
    shares += 16;
    x += stride << 2;
  }
}

/** `pool` with the largest element. */
export function max_pool_f32(s: Step): void {
  pool(s, false);
}

/** `pool` with the mean. */
export function average_pool_f32(s: Step): void {
  pool(s, true);
}
