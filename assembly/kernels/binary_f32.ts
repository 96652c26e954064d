import { pow } from "../math/pow";
import { clamp } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow, storeUpTo } from "../threads";

// One class a formula: the loop over planes is compiled for each, with the formula inside.
@unmanaged
class Add {
  of(x: v128, f: v128): v128 {
    return f32x4.add(x, f);
  }
}

@unmanaged
class Mul {
  of(x: v128, f: v128): v128 {
    return f32x4.mul(x, f);
  }
}

@unmanaged
class Sub {
  of(x: v128, f: v128): v128 {
    return f32x4.sub(x, f);
  }
}

@unmanaged
class Div {
  of(x: v128, f: v128): v128 {
    return f32x4.div(x, f);
  }
}

@unmanaged
class Min {
  of(x: v128, f: v128): v128 {
    return f32x4.min(x, f);
  }
}

@unmanaged
class Max {
  of(x: v128, f: v128): v128 {
    return f32x4.max(x, f);
  }
}

@unmanaged
class Pow {
  of(x: v128, f: v128): v128 {
    return pow(x, f);
  }
}

@unmanaged
class Prelu {
  of(x: v128, f: v128): v128 {
    return v128.bitselect(f32x4.mul(x, f), x, f32x4.lt(x, f32x4.splat(0)));
  }
}

/**
 * Elementwise on two operands: y = clamp(x + f), and so on for each formula.
 *
 * Layout    y: oc planes of ow floats; x: the same, or one float a plane where kw is 0; f: the same, or one float a plane
 *           where kh is 0.
 * Tile      4 elements; threads share the planes, or the vectors of each.
 * Requires  kh and kw not both 0; y is neither x nor f, but of one plane may be either.
 * Writes    whole vectors, planes in rising order: up to 3 floats of slack behind y. With threads exactly y.
 * Oracle    src/ops/add.ts, mul.ts, sub.ts, div.ts, min.ts, max.ts, pow.ts, prelu.ts `evaluate`.
 */
export function add_f32(s: Step): void {
  overPlanes<Add>(s);
}

/** See `add_f32`. */
export function mul_f32(s: Step): void {
  overPlanes<Mul>(s);
}

/** See `add_f32`. */
export function sub_f32(s: Step): void {
  overPlanes<Sub>(s);
}

/** See `add_f32`. */
export function div_f32(s: Step): void {
  overPlanes<Div>(s);
}

/** See `add_f32`. */
export function min_f32(s: Step): void {
  overPlanes<Min>(s);
}

/** See `add_f32`. */
export function max_f32(s: Step): void {
  overPlanes<Max>(s);
}

/** See `add_f32`. */
export function pow_f32(s: Step): void {
  overPlanes<Pow>(s);
}

/** See `add_f32`. */
export function prelu_f32(s: Step): void {
  overPlanes<Prelu>(s);
}

function overPlanes<F>(s: Step): void {
  const formula = changetype<F>(0);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const plane = (s.ow as usize) << 2;
  const xStep: usize = s.kw == 0 ? 4 : plane;
  const fStep: usize = s.kh == 0 ? 4 : plane;
  const first = firstInRow(s.oc, s.ow);
  const last = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let c = firstRow(s.oc, s.ow); c < rowsEnd; c++) {
    const x = s.x + (c as usize) * xStep;
    const f = s.f + (c as usize) * fStep;
    const y = s.y + (c as usize) * plane;
    const end = y + last;
    if (s.kw == 0) {
      const fixed = v128.load32_splat(x);
      for (let i = first; i < last; i += 16) {
        storeUpTo(end, y + i, clamp(formula.of(fixed, v128.load(f + i)), lo, hi));
      }
    } else if (s.kh == 0) {
      const fixed = v128.load32_splat(f);
      for (let i = first; i < last; i += 16) {
        storeUpTo(end, y + i, clamp(formula.of(v128.load(x + i), fixed), lo, hi));
      }
    } else {
      for (let i = first; i < last; i += 16) {
        storeUpTo(end, y + i, clamp(formula.of(v128.load(x + i), v128.load(f + i)), lo, hi));
      }
    }
  }
}
