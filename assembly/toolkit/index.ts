/** The toolkit's own module, for work on a desk that is too slow in JavaScript. No device downloads it. */

export { addGram } from "./gram";
export { multiply } from "./multiply";

/** The types that the host makes arrays of, by the numbers the loader wants. */
export const FLOAT32_ARRAY = idof<Float32Array>();
export const FLOAT64_ARRAY = idof<Float64Array>();

/**
 * Adds each channel's sum to sums[c] and its sum of squares to sums[channels + c], in float64.
 * values: [channels][values.length / channels].
 */
export function addMoments(values: Float32Array, channels: i32, sums: Float64Array): void {
  const plane = values.length / channels;
  let at = values.dataStart;
  for (let c = 0; c < channels; c++) {
    let sum = f64x2.splat(0);
    let squares = f64x2.splat(0);
    let i = plane;
    for (; i >= 2; i -= 2, at += 8) {
      const v = f64x2.promote_low_f32x4(v128.load64_zero(at));
      sum = f64x2.add(sum, v);
      squares = f64x2.add(squares, f64x2.mul(v, v));
    }
    let lastSum = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    let lastSquares = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
    if (i > 0) {
      const v = load<f32>(at) as f64;
      lastSum += v;
      lastSquares += v * v;
      at += 4;
    }
    sums[c] += lastSum;
    sums[channels + c] += lastSquares;
  }
}

/** values[c][i] = values[c][i] * factors[c] + factors[channels + c], in place. */
export function scaleChannels(values: Float32Array, channels: i32, factors: Float32Array): void {
  const plane = values.length / channels;
  let at = values.dataStart;
  for (let c = 0; c < channels; c++) {
    const scale = f32x4.splat(factors[c]);
    const shift = f32x4.splat(factors[channels + c]);
    let i = plane;
    for (; i >= 4; i -= 4, at += 16) v128.store(at, f32x4.add(f32x4.mul(v128.load(at), scale), shift));
    for (; i > 0; i--, at += 4) store<f32>(at, load<f32>(at) * factors[c] + factors[channels + c]);
  }
}
