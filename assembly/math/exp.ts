/** The exponential and what is made of it, four lanes at a time. NaN stays NaN. Polynomials are minimax fits of our own. */
import { madd } from "../simd";

/** Beyond these e^v is 0 and infinite in float32. */
const LOWEST: f32 = -104;
const HIGHEST: f32 = 89;

/** v = n ln 2 + r with |r| <= ln 2 / 2: the r to an n. ln 2 in two parts, so that n times the first is exact. */
function remainder(v: v128, n: v128): v128 {
  return madd(n, f32x4.splat(2.1219444e-4), madd(n, f32x4.splat(-0.693359375), v));
}

/** e^r - 1 for |r| <= ln 2 / 2, relative error 1.4e-8 before rounding. */
function expm1Reduced(r: v128): v128 {
  let q = f32x4.splat(0.0013882393250241876);
  q = madd(q, r, f32x4.splat(0.008367180824279785));
  q = madd(q, r, f32x4.splat(0.04166722297668457));
  q = madd(q, r, f32x4.splat(0.16666539013385773));
  q = madd(q, r, f32x4.splat(0.4999999701976776));
  return madd(f32x4.mul(q, r), r, r);
}

/** 2^n for whole numbers n as integers, -126 to 127. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

function nearestPower(v: v128): v128 {
  return f32x4.nearest(f32x4.mul(v, f32x4.splat(1.4426950408889634)));
}

/** e^v, relative error 2e-7; subnormal results are rounded once more. */
export function exp(v: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(v, f32x4.splat(LOWEST)), f32x4.splat(HIGHEST));
  const n = nearestPower(x);
  const p = f32x4.add(expm1Reduced(remainder(x, n)), f32x4.splat(1));
  // 2^n may be out of range where the result is not: in two factors.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

/** e^v - 1 for v <= 87, relative error 3e-7, for the smallest v too. */
export function expm1(v: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(v, f32x4.splat(-30)), f32x4.splat(87));
  const n = nearestPower(x);
  const scale = powerOfTwo(i32x4.trunc_sat_f32x4_s(n));
  return madd(expm1Reduced(remainder(x, n)), scale, f32x4.sub(scale, f32x4.splat(1)));
}

/** 1 / (1 + e^-v), relative error 4e-7. */
export function sigmoid(v: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(v)));
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(v, f32x4.splat(0))), f32x4.add(one, e));
}

/** Relative error 6e-7. */
export function tanh(v: v128): v128 {
  const size = f32x4.abs(v);
  const e = expm1(f32x4.pmin(f32x4.add(size, size), f32x4.splat(30)));
  const y = f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
  return v128.or(y, v128.xor(v, size));
}
