import { Unary } from "../../abi";
import { endOfVectors, firstOfVectors } from "../../threads";
import { Task } from "../task";
import {
  AbsSlope,
  CeluSlope,
  EluSlope,
  ErfSlope,
  ExpSlope,
  GeluSlope,
  GeluTanhSlope,
  HardSigmoidSlope,
  HardSwishSlope,
  LeakyReluSlope,
  LogSlope,
  MishSlope,
  NegSlope,
  ReciprocalSlope,
  SeluSlope,
  ShrinkSlope,
  SigmoidSlope,
  SiluSlope,
  SoftplusSlope,
  SoftsignSlope,
  SqrtSlope,
  TanhSlope,
  ThresholdedReluSlope,
} from "./slopes";

/**
 * Gradient of a clamp, from what it gave: y = g where alpha < x < beta, elsewhere 0 (+ z).
 *
 * Layout    x, g, y, z: `count` floats; y may be g or z.
 * Tile      4 elements; threads share the vectors.
 * Writes    whole vectors: up to 3 floats of slack behind y.
 * Oracle    src/ops/clip.ts `evaluate`, by central differences.
 */
export function clip_gradient(t: Task): void {
  const lo = f32x4.splat(t.alpha);
  const hi = f32x4.splat(t.beta);
  const end = endOfVectors(t.count);
  for (let i = firstOfVectors(t.count); i < end; i += 16) {
    const x = v128.load(t.x + i);
    const inside = v128.and(f32x4.gt(x, lo), f32x4.lt(x, hi));
    finish(t, i, v128.and(v128.load(t.g + i), inside));
  }
}

function finish(t: Task, i: usize, v: v128): void {
  v128.store(t.y + i, t.z == 0 ? v : f32x4.add(v, v128.load(t.z + i)));
}

/**
 * Gradient of an elementwise formula: y = g times the slope of formula number `mode` at x (+ z), with its parameters alpha, beta.
 *
 * Layout    as clip_gradient.
 * Requires  mode is a number of ../../abi.ts `Unary` that has a slope.
 * Oracle    the operators made by src/ops/unary.ts, by central differences.
 */
export function unary_gradient(t: Task): void {
  switch (t.mode) {
    case Unary.abs:
      return overElements<AbsSlope>(t);
    case Unary.neg:
      return overElements<NegSlope>(t);
    case Unary.sqrt:
      return overElements<SqrtSlope>(t);
    case Unary.reciprocal:
      return overElements<ReciprocalSlope>(t);
    case Unary.exp:
      return overElements<ExpSlope>(t);
    case Unary.log:
      return overElements<LogSlope>(t);
    case Unary.tanh:
      return overElements<TanhSlope>(t);
    case Unary.sigmoid:
      return overElements<SigmoidSlope>(t);
    case Unary.hard_sigmoid:
      return overElements<HardSigmoidSlope>(t);
    case Unary.hard_swish:
      return overElements<HardSwishSlope>(t);
    case Unary.silu:
      return overElements<SiluSlope>(t);
    case Unary.elu:
      return overElements<EluSlope>(t);
    case Unary.selu:
      return overElements<SeluSlope>(t);
    case Unary.celu:
      return overElements<CeluSlope>(t);
    case Unary.gelu:
      return overElements<GeluSlope>(t);
    case Unary.gelu_tanh:
      return overElements<GeluTanhSlope>(t);
    case Unary.mish:
      return overElements<MishSlope>(t);
    case Unary.softplus:
      return overElements<SoftplusSlope>(t);
    case Unary.softsign:
      return overElements<SoftsignSlope>(t);
    case Unary.leaky_relu:
      return overElements<LeakyReluSlope>(t);
    case Unary.thresholded_relu:
      return overElements<ThresholdedReluSlope>(t);
    case Unary.shrink:
      return overElements<ShrinkSlope>(t);
    case Unary.erf:
      return overElements<ErfSlope>(t);
    default:
      unreachable();
  }
}

function overElements<F>(t: Task): void {
  const slope = changetype<F>(0);
  const alpha = f32x4.splat(t.alpha);
  const beta = f32x4.splat(t.beta);
  const end = endOfVectors(t.count);
  for (let i = firstOfVectors(t.count); i < end; i += 16) {
    finish(t, i, f32x4.mul(v128.load(t.g + i), slope.at(v128.load(t.x + i), alpha, beta)));
  }
}

/**
 * Gradients of prelu, whose slopes w are there in full: of x (mode 0) y = g or w g, of the slopes (mode 1) y = 0 or x g; (+ z).
 *
 * Layout    as clip_gradient; w: `count` floats.
 * Oracle    src/ops/prelu.ts `evaluate`, by central differences.
 */
export function prelu_gradient(t: Task): void {
  const zero = f32x4.splat(0);
  const end = endOfVectors(t.count);
  for (let i = firstOfVectors(t.count); i < end; i += 16) {
    const x = v128.load(t.x + i);
    const g = v128.load(t.g + i);
    const below = f32x4.lt(x, zero);
    if (t.mode == 0) finish(t, i, v128.bitselect(f32x4.mul(g, v128.load(t.w + i)), g, below));
    else finish(t, i, v128.and(f32x4.mul(g, x), below));
  }
}
