/**
 * The slopes of the formulas of ../../kernels/unary_formulas.ts, a class each. Oracles: src/ops, the file of the name, by central
 * differences.
 */
import { normalBelow } from "../../math/erf";
import { exp, sigmoid, tanh } from "../../math/exp";

function one(): v128 {
  return f32x4.splat(1);
}

/** `below` where v < 0, `other` elsewhere. */
function whereNegative(v: v128, below: v128, other: v128): v128 {
  return v128.bitselect(below, other, f32x4.lt(v, f32x4.splat(0)));
}

/** s (1 - s) of a sigmoid s. */
function sigmoidSlope(s: v128): v128 {
  return f32x4.mul(s, f32x4.sub(one(), s));
}

@unmanaged
export class AbsSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    const up = v128.and(one(), f32x4.gt(v, f32x4.splat(0)));
    return whereNegative(v, f32x4.splat(-1), up);
  }
}

@unmanaged
export class NegSlope {
  at(_v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.splat(-1);
  }
}

@unmanaged
export class SqrtSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.div(f32x4.splat(0.5), f32x4.sqrt(v));
  }
}

@unmanaged
export class ReciprocalSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.div(f32x4.splat(-1), f32x4.mul(v, v));
  }
}

@unmanaged
export class ExpSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    return exp(v);
  }
}

@unmanaged
export class LogSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.div(one(), v);
  }
}

@unmanaged
export class TanhSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    const y = tanh(v);
    return f32x4.sub(one(), f32x4.mul(y, y));
  }
}

@unmanaged
export class SigmoidSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    return sigmoidSlope(sigmoid(v));
  }
}

@unmanaged
export class HardSigmoidSlope {
  at(v: v128, alpha: v128, beta: v128): v128 {
    const y = f32x4.add(f32x4.mul(alpha, v), beta);
    return v128.and(alpha, v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, one())));
  }
}

@unmanaged
export class HardSwishSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    const inner = f32x4.mul(f32x4.add(f32x4.add(v, v), f32x4.splat(3)), f32x4.splat(1.0 / 6));
    const above = v128.bitselect(one(), inner, f32x4.gt(v, f32x4.splat(3)));
    return v128.and(above, f32x4.gt(v, f32x4.splat(-3)));
  }
}

@unmanaged
export class SiluSlope {
  at(v: v128, alpha: v128, _beta: v128): v128 {
    const s = sigmoid(f32x4.mul(alpha, v));
    return f32x4.add(s, f32x4.mul(f32x4.mul(alpha, v), sigmoidSlope(s)));
  }
}

@unmanaged
export class EluSlope {
  at(v: v128, alpha: v128, _beta: v128): v128 {
    return whereNegative(v, f32x4.mul(alpha, exp(f32x4.pmin(v, f32x4.splat(0)))), one());
  }
}

@unmanaged
export class SeluSlope {
  at(v: v128, alpha: v128, beta: v128): v128 {
    return f32x4.mul(beta, whereNegative(v, f32x4.mul(alpha, exp(f32x4.pmin(v, f32x4.splat(0)))), one()));
  }
}

@unmanaged
export class CeluSlope {
  at(v: v128, alpha: v128, _beta: v128): v128 {
    return whereNegative(v, exp(f32x4.div(f32x4.pmin(v, f32x4.splat(0)), alpha)), one());
  }
}

@unmanaged
export class GeluSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    // The normal density at v.
    const density = f32x4.mul(f32x4.splat(0.3989422804), exp(f32x4.mul(f32x4.splat(-0.5), f32x4.mul(v, v))));
    return f32x4.add(normalBelow(v), f32x4.mul(v, density));
  }
}

@unmanaged
export class GeluTanhSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    // y = v s(a v + b v^3), as in unary_formulas.ts.
    const a = f32x4.splat(1.59576912160573);
    const b = f32x4.splat(0.07135481627159);
    const square = f32x4.mul(v, v);
    const cube = f32x4.mul(b, square);
    const s = sigmoid(f32x4.mul(v, f32x4.add(a, cube)));
    const inner = f32x4.add(a, f32x4.mul(f32x4.splat(3), cube));
    return f32x4.add(s, f32x4.mul(f32x4.mul(v, inner), sigmoidSlope(s)));
  }
}

@unmanaged
export class MishSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    // tanh(softplus(v)) = n / (n + 2) with n = e (e + 2).
    const e = exp(f32x4.pmin(v, f32x4.splat(20)));
    const n = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
    const y = f32x4.div(n, f32x4.add(n, f32x4.splat(2)));
    const rest = f32x4.mul(sigmoid(v), f32x4.sub(one(), f32x4.mul(y, y)));
    return f32x4.add(y, f32x4.mul(v, rest));
  }
}

@unmanaged
export class SoftplusSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    return sigmoid(v);
  }
}

@unmanaged
export class SoftsignSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    const below = f32x4.add(one(), f32x4.abs(v));
    return f32x4.div(one(), f32x4.mul(below, below));
  }
}

@unmanaged
export class LeakyReluSlope {
  at(v: v128, alpha: v128, _beta: v128): v128 {
    return whereNegative(v, alpha, one());
  }
}

@unmanaged
export class ThresholdedReluSlope {
  at(v: v128, alpha: v128, _beta: v128): v128 {
    return v128.and(one(), f32x4.gt(v, alpha));
  }
}

@unmanaged
export class ShrinkSlope {
  at(v: v128, alpha: v128, _beta: v128): v128 {
    return v128.and(one(), f32x4.gt(f32x4.abs(v), alpha));
  }
}

@unmanaged
export class ErfSlope {
  at(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.mul(f32x4.splat(1.1283791671), exp(f32x4.neg(f32x4.mul(v, v))));
  }
}
