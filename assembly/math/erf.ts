/** The error function, four lanes at a time. NaN stays NaN. Polynomials are minimax fits of our own. */
import { madd } from "../simd";
import { exp } from "./exp";

/** e^(u^2) (1 - erf(u)) for 0 <= u <= 12, relative error 1e-8 before rounding: t times a polynomial in t = 1 / (1 + 0.4 u). */
function scaledComplement(u: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, madd(u, f32x4.splat(0.4), one));
  let p = f32x4.splat(-0.02772456593811512);
  p = madd(p, t, f32x4.splat(0.1879052221775055));
  p = madd(p, t, f32x4.splat(-0.4751679003238678));
  p = madd(p, t, f32x4.splat(0.5160960555076599));
  p = madd(p, t, f32x4.splat(-0.25848400592803955));
  p = madd(p, t, f32x4.splat(0.25828567147254944));
  p = madd(p, t, f32x4.splat(0.13439904153347015));
  p = madd(p, t, f32x4.splat(0.21391864120960236));
  p = madd(p, t, f32x4.splat(0.22507093846797943));
  p = madd(p, t, f32x4.splat(0.22570087015628815));
  return f32x4.mul(p, t);
}

/** e^(-share u^2) for a share that is a power of two; what rounding takes off u^2 is put back, it counts in an exponent. */
function gaussian(u: v128, share: v128): v128 {
  const square = f32x4.mul(u, u);
  const high = v128.and(u, i32x4.splat(0xfffff000));
  const lost = f32x4.add(f32x4.sub(f32x4.mul(high, high), square), f32x4.mul(f32x4.sub(u, high), f32x4.add(u, high)));
  const e = exp(f32x4.neg(f32x4.mul(square, share)));
  return f32x4.sub(e, f32x4.mul(e, f32x4.mul(lost, share)));
}

/** Relative error 3e-7. */
export function erf(v: v128): v128 {
  const size = f32x4.abs(v);
  const square = f32x4.mul(v, v);
  let p = f32x4.splat(-0.0006956788129173219);
  p = madd(p, square, f32x4.splat(0.005139057990163565));
  p = madd(p, square, f32x4.splat(-0.026844844222068787));
  p = madd(p, square, f32x4.splat(0.11283547431230545));
  p = madd(p, square, f32x4.splat(-0.3761262893676758));
  p = madd(p, square, f32x4.splat(1.128379225730896));
  const u = f32x4.pmin(size, f32x4.splat(12));
  const far = f32x4.sub(f32x4.splat(1), f32x4.mul(scaledComplement(u), gaussian(u, f32x4.splat(1))));
  const isNear = f32x4.lt(size, f32x4.splat(0.7));
  return v128.bitselect(f32x4.mul(v, p), v128.or(far, v128.xor(v, size)), isNear);
}

/** (1 + erf(v / sqrt(2))) / 2, the share of a normal distribution below v; relative error 1e-6 on both sides. */
export function normalBelow(v: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(v), f32x4.splat(16));
  const half = f32x4.splat(0.5);
  const tail = f32x4.mul(scaledComplement(f32x4.mul(size, f32x4.splat(0.7071067811865476))), gaussian(size, half));
  const q = f32x4.mul(tail, half);
  return v128.bitselect(q, f32x4.sub(f32x4.splat(1), q), f32x4.lt(v, f32x4.splat(0)));
}
