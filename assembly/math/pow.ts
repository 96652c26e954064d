/** Powers, two lanes at a time in float64: in float32 the logarithm's rounding would be multiplied by the exponent. */

/** log2(v) for v > 0, relative error 1e-10: exponent, and log of the fraction by its series in (m - 1) / (m + 1). */
function log2(v: v128): v128 {
  // 0x3fe6a09e667f3c00 is about sqrt(1/2): what lies above it by whole powers of two is the exponent.
  const above = i64x2.sub(v, i64x2.splat(0x3fe6a09e667f3c00));
  const exponent = i64x2.shr_s(above, 52);
  const m = i64x2.sub(v, i64x2.shl(exponent, 52));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const z = f64x2.mul(s, s);
  let p = f64x2.splat(1.0 / 13);
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 11));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 9));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 7));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 5));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1.0 / 3));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(1));
  const fraction = f64x2.mul(f64x2.mul(s, p), f64x2.splat(2 / 0.6931471805599453));
  // An integer plus 1.5 * 2^52 has the integer in its lowest bits: the way from i64 to f64 that SIMD lacks.
  const e = f64x2.sub(i64x2.add(exponent, i64x2.splat(0x4338000000000000)), f64x2.splat(6755399441055744));
  return f64x2.add(e, fraction);
}

/** 2^v for |v| <= 1000, relative error 2e-10: a whole power times the exponential series. */
function exp2(v: v128): v128 {
  const n = f64x2.nearest(v);
  const r = f64x2.mul(f64x2.sub(v, n), f64x2.splat(0.6931471805599453));
  let p = f64x2.splat(1.0 / 40320);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 5040));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  return i64x2.add(p, i64x2.shl(f64x2.add(n, f64x2.splat(6755399441055744)), 52));
}

/** |x|^y of the two lower lanes; 0 and infinity as far as the product y log2 |x| knows them. */
function powOfSizes(x: v128, y: v128): v128 {
  const size = f64x2.promote_low_f32x4(x);
  let l = log2(size);
  l = v128.bitselect(f64x2.splat(-Infinity), l, f64x2.eq(size, f64x2.splat(0)));
  l = v128.bitselect(size, l, f64x2.eq(size, f64x2.splat(Infinity)));
  const product = f64x2.mul(l, f64x2.promote_low_f32x4(y));
  return f32x4.demote_f64x2_zero(exp2(f64x2.pmin(f64x2.pmax(product, f64x2.splat(-1000)), f64x2.splat(1000))));
}

/** x^y as C defines it, relative error 1e-7: 1 where y is 0 or x is 1, NaN for a negative x with a y that is not whole. */
export function pow(x: v128, y: v128): v128 {
  const size = f32x4.abs(x);
  const low = powOfSizes(size, y);
  const high = powOfSizes(v128.shuffle<f32>(size, size, 2, 3, 0, 1), v128.shuffle<f32>(y, y, 2, 3, 0, 1));
  const one = f32x4.splat(1);
  let p = v128.shuffle<f32>(low, high, 0, 1, 4, 5);
  p = v128.bitselect(f32x4.splat(NaN), p, v128.or(f32x4.ne(x, x), f32x4.ne(y, y)));
  // 1 to an infinite power, where the product is 0 times infinity.
  const isEven = f32x4.eq(f32x4.floor(f32x4.mul(y, f32x4.splat(0.5))), f32x4.mul(y, f32x4.splat(0.5)));
  const isWhole = f32x4.eq(f32x4.floor(y), y);
  const isUnit = v128.and(f32x4.eq(size, one), isWhole);
  p = v128.bitselect(one, p, isUnit);
  const isOdd = v128.andnot(isWhole, isEven);
  p = v128.xor(p, v128.and(isOdd, v128.and(x, f32x4.splat(-0.0))));
  const isImaginary = v128.andnot(
    v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.lt(size, f32x4.splat(Infinity))),
    v128.or(isWhole, f32x4.ne(y, y)),
  );
  p = v128.bitselect(f32x4.splat(NaN), p, isImaginary);
  return v128.bitselect(one, p, v128.or(f32x4.eq(x, one), f32x4.eq(y, f32x4.splat(0))));
}
