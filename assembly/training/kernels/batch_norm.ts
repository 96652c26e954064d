import { madd, sumLanes } from "../../simd";
import { endOf, firstOf } from "../../threads";
import { BatchNormRow } from "../abi";
import { squaresAround, sumOf } from "../sums";
import { Task } from "../task";

/**
 * Batch norm with the statistics of the batch (Ioffe and Szegedy 2015, algorithm 1), in five kernels.
 *
 * Layout    x, g, y: oc planes of `count` floats an image. state of an image: 2 rows of oc floats, `xEach` bytes from one image to
 *           the next. w of the two combining kernels: the coefficients, rows of oc floats (../abi.ts `BatchNormRow`).
 * Tile      4 elements; the sums of a plane in float32, those over images in float64, in the images' order.
 * Oracle    the float64 meaning in tests/train, by central differences.
 */

/** For one image: state[0][c] = mean of the plane, state[1][c] = sum of squares around it. */
export function batch_norm_statistics(t: Task): void {
  const squares = t.state + (t.oc << 2);
  let x = t.x;
  for (let c = 0; c < t.oc; c++, x += t.count << 2) {
    const mean = (sumOf(x, t.count) / (t.count as f64)) as f32;
    store<f32>(t.state + (c << 2), mean);
    store<f32>(squares + (c << 2), squaresAround(x, t.count, mean) as f32);
  }
}

/**
 * The statistics of all images together (Chan, Golub and LeVeque 1983), and what normalising amounts to: y = scale * x + shift.
 * g, z: gamma and beta; x, y: running mean and variance, moved by `beta` of the way; alpha: epsilon. Threads divide the channels.
 */
export function batch_norm_combine(t: Task): void {
  const row = t.oc << 2;
  const plane = t.count as f64;
  const total = plane * (t.images as f64);
  const end = endOf(t.oc);
  for (let c = firstOf(t.oc); c < end; c++) {
    const at: usize = c << 2;
    let mean: f64 = 0;
    let from = t.state + at;
    for (let i = 0; i < t.images; i++, from += t.xEach) mean += load<f32>(from) as f64;
    mean /= t.images as f64;
    let squares: f64 = 0;
    from = t.state + at;
    for (let i = 0; i < t.images; i++, from += t.xEach) {
      const off = (load<f32>(from) as f64) - mean;
      squares += (load<f32>(from + row) as f64) + plane * off * off;
    }
    const variance = squares / total;
    const deviation = 1 / Math.sqrt(variance + (t.alpha as f64));
    const scale = (load<f32>(t.g + at) as f64) * deviation;
    store<f32>(t.w + BatchNormRow.scale * row + at, scale as f32);
    store<f32>(t.w + BatchNormRow.shift * row + at, ((load<f32>(t.z + at) as f64) - mean * scale) as f32);
    store<f32>(t.w + BatchNormRow.mean * row + at, mean as f32);
    store<f32>(t.w + BatchNormRow.deviation * row + at, deviation as f32);
    move(t.x + at, mean, t.beta);
    move(t.y + at, squares / max(1, total - 1), t.beta);
  }
}

/** Towards `to` by a share of the way. */
function move(at: usize, to: f64, share: f32): void {
  const old = load<f32>(at) as f64;
  store<f32>(at, (old + (to - old) * (share as f64)) as f32);
}

/** What passes the clamp behind batch norm of the gradient g: all of it ... */
@unmanaged
class Open {
  of(g: v128, _x: v128, _scale: v128, _shift: v128, _lo: v128, _hi: v128): v128 {
    return g;
  }
}

/** ... or what lies where the output, computed again, is between the bounds. */
@unmanaged
class Clamped {
  of(g: v128, x: v128, scale: v128, shift: v128, lo: v128, hi: v128): v128 {
    const y = madd(x, scale, shift);
    return v128.and(g, v128.and(f32x4.gt(y, lo), f32x4.lt(y, hi)));
  }
}

/**
 * For one image: state[0][c] = sum of g, state[1][c] = sum of g (x - mean). Mode 1: g is the gradient behind a clamp to alpha and
 * beta, of which only what passes counts.
 */
export function batch_norm_sums(t: Task): void {
  if (t.mode == 1) sumPlanes<Clamped>(t);
  else sumPlanes<Open>(t);
}

function sumPlanes<F>(t: Task): void {
  const row = t.oc << 2;
  const plane = t.count << 2;
  let x = t.x;
  let g = t.g;
  for (let c = 0; c < t.oc; c++, x += plane, g += plane) sumPlane<F>(t, x, g, t.w + (c << 2), t.state + (c << 2), row);
}

/** Two sums side by side, since each addition waits for the one before. */
function sumPlane<F>(t: Task, x: usize, g: usize, w: usize, y: usize, row: i32): void {
  const passing = changetype<F>(0);
  const scale = v128.load32_splat(w + BatchNormRow.scale * row);
  const shift = v128.load32_splat(w + BatchNormRow.shift * row);
  const mean = v128.load32_splat(w + BatchNormRow.mean * row);
  const lo = f32x4.splat(t.alpha);
  const hi = f32x4.splat(t.beta);
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let product0 = sum0;
  let product1 = sum0;
  let left = t.count;
  for (; left >= 8; left -= 8, x += 32, g += 32) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const g0 = passing.of(v128.load(g), x0, scale, shift, lo, hi);
    const g1 = passing.of(v128.load(g, 16), x1, scale, shift, lo, hi);
    sum0 = f32x4.add(sum0, g0);
    sum1 = f32x4.add(sum1, g1);
    product0 = f32x4.add(product0, f32x4.mul(g0, f32x4.sub(x0, mean)));
    product1 = f32x4.add(product1, f32x4.mul(g1, f32x4.sub(x1, mean)));
  }
  for (; left > 0; left -= 4, x += 16, g += 16) {
    const isThere = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left));
    const x0 = v128.load(x);
    const g0 = v128.and(isThere, passing.of(v128.load(g), x0, scale, shift, lo, hi));
    sum0 = f32x4.add(sum0, g0);
    product0 = f32x4.add(product0, v128.and(isThere, f32x4.mul(g0, f32x4.sub(x0, mean))));
  }
  store<f32>(y, sumLanes(f32x4.add(sum0, sum1)));
  store<f32>(y + row, sumLanes(f32x4.add(product0, product1)));
}

/**
 * The gradients of gamma (y) and beta (z), and the coefficients of the gradient of x: slope * g + tilt * (x - mean) + offset.
 * g: gamma. Mode 1: adds to the gradients that are there. Threads divide the channels.
 */
export function batch_norm_combine_gradients(t: Task): void {
  const row = t.oc << 2;
  const total = (t.count as f64) * (t.images as f64);
  const end = endOf(t.oc);
  for (let c = firstOf(t.oc); c < end; c++) {
    const at: usize = c << 2;
    let sum: f64 = 0;
    let product: f64 = 0;
    let from = t.state + at;
    for (let i = 0; i < t.images; i++, from += t.xEach) {
      sum += load<f32>(from) as f64;
      product += load<f32>(from + row) as f64;
    }
    const deviation = load<f32>(t.w + BatchNormRow.deviation * row + at) as f64;
    const slope = (load<f32>(t.g + at) as f64) * deviation;
    store<f32>(t.w + BatchNormRow.slope * row + at, slope as f32);
    store<f32>(t.w + BatchNormRow.tilt * row + at, ((-slope * deviation * deviation * product) / total) as f32);
    store<f32>(t.w + BatchNormRow.offset * row + at, ((-slope * sum) / total) as f32);
    const before = t.mode == 0 ? 0 : 1;
    if (t.y != 0) store<f32>(t.y + at, ((product * deviation) as f32) + (before ? load<f32>(t.y + at) : 0));
    if (t.z != 0) store<f32>(t.z + at, (sum as f32) + (before ? load<f32>(t.z + at) : 0));
  }
}

/** For one image: y = slope * g + tilt * (x - mean) + offset (+ z). y may be g or z. Mode 1: as batch_norm_sums. */
export function batch_norm_data(t: Task): void {
  if (t.mode == 1) dataOf<Clamped>(t);
  else dataOf<Open>(t);
}

function dataOf<F>(t: Task): void {
  const row = t.oc << 2;
  let i: usize = 0;
  for (let c = 0; c < t.oc; c++, i += t.count << 2) dataOfPlane<F>(t, i, i + (t.count << 2), t.w + (c << 2), row);
}

/** Bytes `i` to `end` of the planes. */
function dataOfPlane<F>(t: Task, i: usize, end: usize, w: usize, row: i32): void {
  const passing = changetype<F>(0);
  const scale = v128.load32_splat(w + BatchNormRow.scale * row);
  const shift = v128.load32_splat(w + BatchNormRow.shift * row);
  const mean = v128.load32_splat(w + BatchNormRow.mean * row);
  const slope = v128.load32_splat(w + BatchNormRow.slope * row);
  const tilt = v128.load32_splat(w + BatchNormRow.tilt * row);
  const offset = v128.load32_splat(w + BatchNormRow.offset * row);
  const lo = f32x4.splat(t.alpha);
  const hi = f32x4.splat(t.beta);
  const y = t.y;
  const z = t.z;
  for (let x = t.x + i, g = t.g + i; i < end; i += 16, x += 16, g += 16) {
    const value = v128.load(x);
    const around = f32x4.mul(tilt, f32x4.sub(value, mean));
    const passed = passing.of(v128.load(g), value, scale, shift, lo, hi);
    let v = f32x4.add(f32x4.mul(slope, passed), f32x4.add(around, offset));
    if (z != 0) v = f32x4.add(v, v128.load(z + i));
    storeWithin(y + i, end - i, v);
  }
}

/** Stores as many floats of a vector as `left` bytes have: the next plane may not be read yet. */
function storeWithin(y: usize, left: usize, v: v128): void {
  if (left >= 16) return v128.store(y, v);
  store<f32>(y, f32x4.extract_lane(v, 0));
  if (left >= 8) store<f32>(y, f32x4.extract_lane(v, 1), 4);
  if (left >= 12) store<f32>(y, f32x4.extract_lane(v, 2), 8);
}
