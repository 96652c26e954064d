/**
 * The natural logarithm, within 2 units in the last place; -Infinity of 0, NaN below.
 * v = m * 2^n with m between the roots of 1/2 and 2; ln m by the degree-9 minimax polynomial of Cephes' logf.
 */
export function logarithm(v: v128): v128 {
  // Numbers too small to have an exponent of their own become normal first.
  const isSmall = f32x4.lt(v, f32x4.splat(1.17549435e-38));
  const x = v128.bitselect(f32x4.mul(v, f32x4.splat(33554432)), v, isSmall);
  let n = i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126));
  n = i32x4.sub(n, v128.and(isSmall, i32x4.splat(25)));
  let m = v128.or(v128.and(x, i32x4.splat(0x7fffff)), i32x4.splat(0x3f000000));
  const isLow = f32x4.lt(m, f32x4.splat(0.70710677));
  n = i32x4.add(n, isLow);
  m = f32x4.sub(f32x4.add(m, v128.and(m, isLow)), f32x4.splat(1));
  const e = f32x4.convert_i32x4_s(n);
  const z = f32x4.mul(m, m);
  let y = f32x4.mul(f32x4.mul(polynomial(m), m), z);
  y = f32x4.add(y, f32x4.mul(e, f32x4.splat(-2.1219444e-4)));
  y = f32x4.sub(y, f32x4.mul(z, f32x4.splat(0.5)));
  const finite = f32x4.add(f32x4.add(m, y), f32x4.mul(e, f32x4.splat(0.693359375)));
  return special(v, finite);
}

export function logarithmScalar(v: f32): f32 {
  return f32x4.extract_lane(logarithm(f32x4.splat(v)), 0);
}

function polynomial(m: v128): v128 {
  let p = f32x4.splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.151461031e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.167699874e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-2.4999993993e-1));
  return f32x4.add(f32x4.mul(p, m), f32x4.splat(3.3333331174e-1));
}

/** Infinity and NaN stay, 0 gives -Infinity, negative numbers NaN. */
function special(v: v128, finite: v128): v128 {
  const isFinite = f32x4.lt(v, f32x4.splat(Infinity));
  let y = v128.bitselect(finite, v, isFinite);
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(v, f32x4.splat(0)));
  return v128.bitselect(f32x4.splat(NaN), y, f32x4.lt(v, f32x4.splat(0)));
}
