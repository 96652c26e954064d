import { defineUnary } from "./unary.js";

/** Terms of the series up to `NEAR`, and of the continued fraction from there on; more change nothing in float64. */
const NEAR = 2;
const SERIES_TERMS = 60;
const FRACTION_TERMS = 120;

/** 2 / sqrt(pi) * exp(-x^2) * sum of 2^n x^(2 n + 1) / (1 * 3 * ... * (2 n + 1)) (Abramowitz and Stegun, 7.1.6). */
function series(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < SERIES_TERMS; n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 - erf(x) for x >= `NEAR`, as the continued fraction of Abramowitz and Stegun, 7.1.14. */
function farComplement(x: number): number {
  let rest = x;
  for (let n = FRACTION_TERMS; n >= 1; n--) rest = x + n / 2 / rest;
  return Math.exp(-x * x) / rest / Math.sqrt(Math.PI);
}

/** 1 - erf(x), with all its digits where it is small. */
export function erfComplement(x: number): number {
  if (x >= NEAR) return x === Infinity ? 0 : farComplement(x);
  return x <= -NEAR ? 2 - erfComplement(-x) : 1 - series(x);
}

/** The error function. */
export const erf = defineUnary({
  name: "erf",
  kind: "erf",
  of: (x) => (Math.abs(x) < NEAR ? series(x) : 1 - erfComplement(x)),
});
