/** Idioms that kernels share. Small enough for the optimiser to inline everywhere. */

/** `a * b + acc`: one instruction in the relaxed build, two in the baseline. */
export function madd(a: v128, b: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/** The scalar `madd`, with the same rounding as a lane of it in the baseline build. */
export function maddScalar(a: f32, b: f32, acc: f32): f32 {
  return a * b + acc;
}

/** Between `lo` and `hi`; NaN stays NaN. pmin and pmax are one instruction where min and max are several. */
export function clamp(v: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, lo), hi);
}

export function clampScalar(v: f32, lo: f32, hi: f32): f32 {
  v = v < lo ? lo : v;
  return v > hi ? hi : v;
}

/** Sum of the four lanes, pairwise. */
export function sumLanes(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Largest of the four lanes. */
export function maxLanes(v: v128): f32 {
  const pairs = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/**
 * e^v for v <= 0, within 2 units in the last place; below -87.3 what it is there, about 1.2e-38.
 * v = n ln 2 + r with |r| <= ln 2 / 2; e^r by the degree-5 minimax polynomial of Cephes' expf; 2^n by the exponent bits.
 */
export function expNegative(v: v128): v128 {
  const x = f32x4.pmax(v, f32x4.splat(-87.33654));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const bits = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, bits);
}
