/**
 * The formulas of elementwise layers on one value, a class each: the loop of unary_f32.ts is compiled once for each, with the
 * formula inside. `alpha` and `beta` are what schemas/network.proto says of the kind. Oracles: src/ops, the file of the name.
 */
import { erf, normalBelow } from "../math/erf";
import { exp, expm1, sigmoid, tanh } from "../math/exp";
import { log, log1pOfUnit } from "../math/log";
import { clamp, madd } from "../simd";

/** `below` where v < 0, `other` elsewhere, and where v is NaN. */
function whereNegative(v: v128, below: v128, other: v128): v128 {
  return v128.bitselect(below, other, f32x4.lt(v, f32x4.splat(0)));
}

@unmanaged
export class Abs {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.abs(v);
  }
}

@unmanaged
export class Neg {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.neg(v);
  }
}

@unmanaged
export class Sign {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    const up = v128.and(f32x4.gt(v, f32x4.splat(0)), f32x4.splat(1));
    const down = v128.and(f32x4.lt(v, f32x4.splat(0)), f32x4.splat(-1));
    return v128.bitselect(v128.or(up, down), v, f32x4.gt(f32x4.abs(v), f32x4.splat(0)));
  }
}

@unmanaged
export class Floor {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.floor(v);
  }
}

@unmanaged
export class Ceil {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.ceil(v);
  }
}

@unmanaged
export class Round {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.nearest(v);
  }
}

@unmanaged
export class Trunc {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.trunc(v);
  }
}

@unmanaged
export class Sqrt {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.sqrt(v);
  }
}

@unmanaged
export class Reciprocal {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.div(f32x4.splat(1), v);
  }
}

@unmanaged
export class Exp {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return exp(v);
  }
}

@unmanaged
export class Log {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return log(v);
  }
}

@unmanaged
export class Tanh {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return tanh(v);
  }
}

@unmanaged
export class Sigmoid {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return sigmoid(v);
  }
}

@unmanaged
export class HardSigmoid {
  of(v: v128, alpha: v128, beta: v128): v128 {
    return clamp(madd(alpha, v, beta), f32x4.splat(0), f32x4.splat(1));
  }
}

@unmanaged
export class HardSwish {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    const gate = clamp(f32x4.add(v, f32x4.splat(3)), f32x4.splat(0), f32x4.splat(6));
    return f32x4.mul(f32x4.mul(v, f32x4.splat(1.0 / 6)), gate);
  }
}

@unmanaged
export class Silu {
  of(v: v128, alpha: v128, _beta: v128): v128 {
    return f32x4.mul(v, sigmoid(f32x4.mul(alpha, v)));
  }
}

@unmanaged
export class Elu {
  of(v: v128, alpha: v128, _beta: v128): v128 {
    return whereNegative(v, f32x4.mul(alpha, expm1(f32x4.pmin(v, f32x4.splat(0)))), v);
  }
}

@unmanaged
export class Selu {
  of(v: v128, alpha: v128, beta: v128): v128 {
    return f32x4.mul(beta, whereNegative(v, f32x4.mul(alpha, expm1(f32x4.pmin(v, f32x4.splat(0)))), v));
  }
}

@unmanaged
export class Celu {
  of(v: v128, alpha: v128, _beta: v128): v128 {
    return whereNegative(v, f32x4.mul(alpha, expm1(f32x4.div(f32x4.pmin(v, f32x4.splat(0)), alpha))), v);
  }
}

@unmanaged
export class Gelu {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.mul(v, normalBelow(v));
  }
}

@unmanaged
export class GeluTanh {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    // (1 + tanh(z)) / 2 is the sigmoid of 2 z, with z = sqrt(2 / pi) (v + 0.044715 v^3).
    const z = madd(f32x4.mul(v, v), f32x4.splat(0.07135481627159), f32x4.splat(1.59576912160573));
    return f32x4.mul(v, sigmoid(f32x4.mul(z, v)));
  }
}

@unmanaged
export class Mish {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    // tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2).
    const e = exp(f32x4.pmin(v, f32x4.splat(20)));
    const n = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
    return f32x4.mul(v, f32x4.div(n, f32x4.add(n, f32x4.splat(2))));
  }
}

@unmanaged
export class Softplus {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    const e = exp(f32x4.neg(f32x4.abs(v)));
    return f32x4.add(f32x4.pmax(v, f32x4.splat(0)), log1pOfUnit(e));
  }
}

@unmanaged
export class Softsign {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return f32x4.div(v, f32x4.add(f32x4.splat(1), f32x4.abs(v)));
  }
}

@unmanaged
export class LeakyRelu {
  of(v: v128, alpha: v128, _beta: v128): v128 {
    return whereNegative(v, f32x4.mul(alpha, v), v);
  }
}

@unmanaged
export class ThresholdedRelu {
  of(v: v128, alpha: v128, _beta: v128): v128 {
    return v128.and(v, f32x4.gt(v, alpha));
  }
}

@unmanaged
export class Shrink {
  of(v: v128, alpha: v128, beta: v128): v128 {
    const high = v128.and(f32x4.sub(v, beta), f32x4.gt(v, alpha));
    return v128.bitselect(f32x4.add(v, beta), high, f32x4.lt(v, f32x4.neg(alpha)));
  }
}

@unmanaged
export class Erf {
  of(v: v128, _alpha: v128, _beta: v128): v128 {
    return erf(v);
  }
}
