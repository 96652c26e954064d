import { loadStrided } from "../../pack/window_row";
import { sumLanes } from "../../simd";
import { endOf, firstOf } from "../../threads";
import { Task } from "../task";

/** The first output column whose window's element at input column `column - left` lies inside, and behind the last one. */
function firstInside(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
}

function endInside(offset: i32, stride: i32, size: i32, count: i32): i32 {
  return offset >= size ? 0 : min(count, (size - 1 - offset) / stride + 1);
}

/**
 * Gradient of a depthwise convolution's filter: y[o][tap] (+)= sum over images and pixels of g[o] times x at the tap.
 *
 * Layout    x: ic planes of ih x iw an image; g: oc planes of oh x ow an image; output o reads input o * ic / oc.
 * Mode      1: adds to what is there.
 * Reads     whole vectors: up to 15 floats of slack behind x.
 * Writes    exactly y. Threads divide the output channels; images are added in their order, in float64.
 * Oracle    src/ops/conv.ts `evaluate`, by central differences.
 */
export function depthwise_filter_gradient(t: Task): void {
  const taps = t.kh * t.kw;
  const end = endOf(t.oc);
  for (let o = firstOf(t.oc); o < end; o++) {
    const xPlane = t.x + ((((o * t.ic) / t.oc) * t.ih * t.iw) << 2);
    const gPlane = t.g + ((o * t.oh * t.ow) << 2);
    for (let tap = 0; tap < taps; tap++) {
      let sum: f64 = 0;
      for (let image = 0; image < t.images; image++) {
        sum += tapSum(t, xPlane + image * t.xEach, gPlane + image * t.gEach, tap) as f64;
      }
      const y = t.y + ((o * taps + tap) << 2);
      store<f32>(y, (sum as f32) + (t.mode == 0 ? 0 : load<f32>(y)));
    }
  }
}

function tapSum(t: Task, x: usize, g: usize, tap: i32): f32 {
  const down = (tap / t.kw) * t.dh - t.top;
  const right = (tap % t.kw) * t.dw - t.left;
  const firstRow = firstInside(down, t.sh);
  const endRow = endInside(down, t.sh, t.ih, t.oh);
  const first = firstInside(right, t.sw);
  const last = endInside(right, t.sw, t.iw, t.ow);
  const stride = t.sw << 2;
  let acc = f32x4.splat(0);
  let sum: f32 = 0;
  for (let p = firstRow; p < endRow; p++) {
    const gRow = g + ((p * t.ow) << 2);
    const xRow = x + (((p * t.sh + down) * t.iw + right) << 2);
    let q = first;
    for (; q + 4 <= last; q += 4) {
      acc = f32x4.add(acc, f32x4.mul(v128.load(gRow + (q << 2)), loadStrided(xRow + q * stride, stride)));
    }
    for (; q < last; q++) sum += load<f32>(gRow + (q << 2)) * load<f32>(xRow + q * stride);
  }
  return sum + sumLanes(acc);
}

/**
 * Gradient of a depthwise convolution's input for one image, any stride: y (+)= each window's share.
 *
 * Layout    as depthwise_filter_gradient; w: the filter [oc][taps]; y: ic planes of ih x iw, in which z, or zeros, stand already.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`, by central differences.
 */
export function depthwise_data_gradient(t: Task): void {
  const taps = t.kh * t.kw;
  for (let o = 0; o < t.oc; o++) {
    const y = t.y + ((((o * t.ic) / t.oc) * t.ih * t.iw) << 2);
    const g = t.g + ((o * t.oh * t.ow) << 2);
    for (let tap = 0; tap < taps; tap++) {
      const down = (tap / t.kw) * t.dh - t.top;
      const right = (tap % t.kw) * t.dw - t.left;
      const w = load<f32>(t.w + ((o * taps + tap) << 2));
      const endRow = endInside(down, t.sh, t.ih, t.oh);
      const last = endInside(right, t.sw, t.iw, t.ow);
      for (let p = firstInside(down, t.sh); p < endRow; p++) {
        const gRow = g + ((p * t.ow) << 2);
        const yRow = y + (((p * t.sh + down) * t.iw + right) << 2);
        for (let q = firstInside(right, t.sw); q < last; q++) {
          const to = yRow + ((q * t.sw) << 2);
          store<f32>(to, load<f32>(to) + w * load<f32>(gRow + (q << 2)));
        }
      }
    }
  }
}
