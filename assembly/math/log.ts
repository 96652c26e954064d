/** The logarithm, four lanes at a time. The polynomial is a minimax fit of our own. */
import { madd } from "../simd";

/** log(1 + f) + e ln 2 for sqrt(1/2) <= 1 + f <= sqrt(2). */
function logOfParts(f: v128, e: v128): v128 {
  let p = f32x4.splat(-0.07634320855140686);
  p = madd(p, f, f32x4.splat(0.12765401601791382));
  p = madd(p, f, f32x4.splat(-0.13162016868591309));
  p = madd(p, f, f32x4.splat(0.14201372861862183));
  p = madd(p, f, f32x4.splat(-0.1662314385175705));
  p = madd(p, f, f32x4.splat(0.20001235604286194));
  p = madd(p, f, f32x4.splat(-0.2500082552433014));
  p = madd(p, f, f32x4.splat(0.3333333134651184));
  const square = f32x4.mul(f, f);
  // Small parts first; ln 2 in two parts, so that e times the larger one is exact.
  let y = madd(e, f32x4.splat(-2.1219444e-4), f32x4.mul(f32x4.mul(square, f), p));
  y = madd(square, f32x4.splat(-0.5), y);
  return madd(e, f32x4.splat(0.693359375), f32x4.add(f, y));
}

/** Natural logarithm, relative error 3e-7; -infinity at 0, NaN below. */
export function log(v: v128): v128 {
  const isTiny = f32x4.lt(v, f32x4.splat(1.17549435e-38));
  const x = v128.bitselect(f32x4.mul(v, f32x4.splat(16777216)), v, isTiny);
  // 0x3f3504f3 is sqrt(1/2): what lies above it by whole powers of two is the exponent.
  const e = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(e, 23)), f32x4.splat(1));
  const shift = v128.and(isTiny, f32x4.splat(24));
  let y = logOfParts(f, f32x4.sub(f32x4.convert_i32x4_s(e), shift));
  y = v128.bitselect(v, y, f32x4.eq(v, f32x4.splat(Infinity)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(v, f32x4.splat(0)));
  return v128.bitselect(y, f32x4.splat(NaN), f32x4.ge(v, f32x4.splat(0)));
}

/** log(1 + t) for 0 <= t <= 1, relative error 3e-7, for the smallest t too. */
export function log1pOfUnit(t: v128): v128 {
  const isLarge = f32x4.gt(t, f32x4.splat(0.4142));
  const one = f32x4.splat(1);
  const halved = f32x4.mul(f32x4.sub(t, one), f32x4.splat(0.5));
  return logOfParts(v128.bitselect(halved, t, isLarge), v128.and(isLarge, one));
}
