import { clamp, clampScalar, madd, maddScalar, sumLanes } from "../simd";
import { Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * Each row minus its mean, over the root of its variance plus `value`, times f, plus b. With kh = 1 the mean is left out:
 * the root of the mean of squares. The variance is summed in a second pass over the differences, so nothing cancels.
 *
 * Layout    x, y: [oc][ic][ow], a row is ic blocks of ow; f, b: [oh], where block j of row o has number (o * ic + j) % oh.
 *           y may be x.
 * Tile      4 elements; ow = 1: of 4 blocks. Threads share the rows.
 * Requires  oh is a multiple of ic.
 * Writes    exactly y.
 * Oracle    src/ops/normalised.ts `evaluateNormalised`.
 */
export function normalise_f32(s: Step): void {
  const count = s.ic * s.ow;
  const share: f32 = 1 / (count as f32);
  const first = firstOf(s.oc);
  let x = s.x + (((first * count) as usize) << 2);
  let y = s.y + (((first * count) as usize) << 2);
  let parameter = (first * s.ic) % s.oh;
  for (let o = endOf(s.oc) - first; o > 0; o--) {
    const mean: f32 = s.kh ? 0 : sum(x, count) * share;
    const factor: f32 = 1 / sqrt<f32>(sumOfSquares(x, count, mean) * share + s.value);
    const at = (parameter as usize) << 2;
    if (s.ow == 1) storeRow(s, x, y, s.f + at, s.b + at, mean, factor);
    else storeBlocks(s, x, y, s.f + at, s.b + at, mean, factor);
    parameter += s.ic;
    if (parameter >= s.oh) parameter = 0;
    x += (count as usize) << 2;
    y += (count as usize) << 2;
  }
}

function sum(x: usize, count: i32): f32 {
  let acc0 = f32x4.splat(0);
  let acc1 = acc0;
  for (; count >= 8; count -= 8, x += 32) {
    acc0 = f32x4.add(acc0, v128.load(x));
    acc1 = f32x4.add(acc1, v128.load(x, 16));
  }
  let total = sumLanes(f32x4.add(acc0, acc1));
  for (; count > 0; count--, x += 4) total += load<f32>(x);
  return total;
}

function sumOfSquares(x: usize, count: i32, mean: f32): f32 {
  const means = f32x4.splat(mean);
  let acc0 = f32x4.splat(0);
  let acc1 = acc0;
  for (; count >= 8; count -= 8, x += 32) {
    const d0 = f32x4.sub(v128.load(x), means);
    const d1 = f32x4.sub(v128.load(x, 16), means);
    acc0 = madd(d0, d0, acc0);
    acc1 = madd(d1, d1, acc1);
  }
  let total = sumLanes(f32x4.add(acc0, acc1));
  for (; count > 0; count--, x += 4) {
    const d = load<f32>(x) - mean;
    total += d * d;
  }
  return total;
}

/** A factor and an offset for each element. */
function storeRow(s: Step, x: usize, y: usize, f: usize, b: usize, mean: f32, factor: f32): void {
  const means = f32x4.splat(mean);
  const factors = f32x4.splat(factor);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  let i = s.ic;
  for (; i >= 4; i -= 4, x += 16, y += 16, f += 16, b += 16) {
    const v = f32x4.mul(f32x4.sub(v128.load(x), means), factors);
    v128.store(y, clamp(madd(v, v128.load(f), v128.load(b)), lo, hi));
  }
  for (; i > 0; i--, x += 4, y += 4, f += 4, b += 4) {
    const v = (load<f32>(x) - mean) * factor;
    store<f32>(y, clampScalar(maddScalar(v, load<f32>(f), load<f32>(b)), s.lo, s.hi));
  }
}

/** A factor and an offset for each block. */
function storeBlocks(s: Step, x: usize, y: usize, f: usize, b: usize, mean: f32, factor: f32): void {
  const means = f32x4.splat(mean);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  for (let j = s.ic; j > 0; j--, f += 4, b += 4) {
    const scale: f32 = factor * load<f32>(f);
    const scales = f32x4.splat(scale);
    const shifts = v128.load32_splat(b);
    let i = s.ow;
    for (; i >= 4; i -= 4, x += 16, y += 16) {
      v128.store(y, clamp(madd(f32x4.sub(v128.load(x), means), scales, shifts), lo, hi));
    }
    for (; i > 0; i--, x += 4, y += 4) {
      store<f32>(y, clampScalar(maddScalar(load<f32>(x) - mean, scale, load<f32>(b)), s.lo, s.hi));
    }
  }
}
