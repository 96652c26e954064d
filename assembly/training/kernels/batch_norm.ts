import { endOf, firstOf } from "../../threads";
import { BatchNormRow } from "../abi";
import { productAround, squaresAround, sumOf } from "../sums";
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

/** For one image: state[0][c] = sum of g, state[1][c] = sum of g (x - mean). */
export function batch_norm_sums(t: Task): void {
  const row = t.oc << 2;
  let x = t.x;
  let g = t.g;
  for (let c = 0; c < t.oc; c++) {
    const at: usize = c << 2;
    store<f32>(t.state + at, sumOf(g, t.count) as f32);
    const mean = load<f32>(t.w + BatchNormRow.mean * row + at);
    store<f32>(t.state + row + at, productAround(g, x, t.count, mean) as f32);
    x += t.count << 2;
    g += t.count << 2;
  }
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

/** For one image: y = slope * g + tilt * (x - mean) + offset (+ z). y may be g or z. */
export function batch_norm_data(t: Task): void {
  const row = t.oc << 2;
  let i: usize = 0;
  for (let c = 0; c < t.oc; c++) {
    const w = t.w + (c << 2);
    const slope = v128.load32_splat(w + BatchNormRow.slope * row);
    const tilt = v128.load32_splat(w + BatchNormRow.tilt * row);
    const mean = v128.load32_splat(w + BatchNormRow.mean * row);
    const offset = v128.load32_splat(w + BatchNormRow.offset * row);
    const end = i + (t.count << 2);
    for (; i + 16 <= end; i += 16) v128.store(t.y + i, dataOf(t, i, slope, tilt, mean, offset));
    for (; i < end; i += 4) v128.store32_lane(t.y + i, dataOf(t, i, slope, tilt, mean, offset), 0);
  }
}

function dataOf(t: Task, i: usize, slope: v128, tilt: v128, mean: v128, offset: v128): v128 {
  const around = f32x4.mul(tilt, f32x4.sub(v128.load(t.x + i), mean));
  const v = f32x4.add(f32x4.mul(slope, v128.load(t.g + i)), f32x4.add(around, offset));
  return t.z == 0 ? v : f32x4.add(v, v128.load(t.z + i));
}
