import { Unary } from "../abi";
import { Step } from "../step";
import { endOfVectors, firstOfVectors } from "../threads";
import {
  Abs,
  Ceil,
  Celu,
  Elu,
  Erf,
  Exp,
  Floor,
  Gelu,
  GeluTanh,
  HardSigmoid,
  HardSwish,
  LeakyRelu,
  Log,
  Mish,
  Neg,
  Reciprocal,
  Round,
  Selu,
  Shrink,
  Sigmoid,
  Sign,
  Silu,
  Softplus,
  Softsign,
  Sqrt,
  Tanh,
  ThresholdedRelu,
  Trunc,
} from "./unary_formulas";

/**
 * Elementwise on `ow` elements: y = formula number `block` of x, with parameters lo (alpha) and hi (beta).
 *
 * Layout    x, y: ow floats; y may be x.
 * Tile      4 elements; threads share the vectors.
 * Requires  block is a number of abi.ts `Unary`.
 * Writes    whole vectors: up to 3 floats of slack behind y.
 * Oracle    the operators made by src/ops/unary.ts, `evaluate`.
 */
export function unary_f32(s: Step): void {
  switch (s.block) {
    case Unary.abs:
      return overElements<Abs>(s);
    case Unary.neg:
      return overElements<Neg>(s);
    case Unary.sign:
      return overElements<Sign>(s);
    case Unary.floor:
      return overElements<Floor>(s);
    case Unary.ceil:
      return overElements<Ceil>(s);
    case Unary.round:
      return overElements<Round>(s);
    case Unary.trunc:
      return overElements<Trunc>(s);
    case Unary.sqrt:
      return overElements<Sqrt>(s);
    case Unary.reciprocal:
      return overElements<Reciprocal>(s);
    case Unary.exp:
      return overElements<Exp>(s);
    case Unary.log:
      return overElements<Log>(s);
    case Unary.tanh:
      return overElements<Tanh>(s);
    case Unary.sigmoid:
      return overElements<Sigmoid>(s);
    case Unary.hard_sigmoid:
      return overElements<HardSigmoid>(s);
    case Unary.hard_swish:
      return overElements<HardSwish>(s);
    case Unary.silu:
      return overElements<Silu>(s);
    case Unary.elu:
      return overElements<Elu>(s);
    case Unary.selu:
      return overElements<Selu>(s);
    case Unary.celu:
      return overElements<Celu>(s);
    case Unary.gelu:
      return overElements<Gelu>(s);
    case Unary.gelu_tanh:
      return overElements<GeluTanh>(s);
    case Unary.mish:
      return overElements<Mish>(s);
    case Unary.softplus:
      return overElements<Softplus>(s);
    case Unary.softsign:
      return overElements<Softsign>(s);
    case Unary.leaky_relu:
      return overElements<LeakyRelu>(s);
    case Unary.thresholded_relu:
      return overElements<ThresholdedRelu>(s);
    case Unary.shrink:
      return overElements<Shrink>(s);
    case Unary.erf:
      return overElements<Erf>(s);
    default:
      unreachable();
  }
}

function overElements<F>(s: Step): void {
  const formula = changetype<F>(0);
  const alpha = f32x4.splat(s.lo);
  const beta = f32x4.splat(s.hi);
  const end = endOfVectors(s.ow);
  for (let i = firstOfVectors(s.ow); i < end; i += 16) v128.store(s.y + i, formula.of(v128.load(s.x + i), alpha, beta));
}
