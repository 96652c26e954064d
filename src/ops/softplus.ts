import { defineUnary } from "./unary.js";

/** log(1 + exp(x)), written so that nothing overflows. */
export function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** y = log(1 + exp(x)): a smooth relu. */
export const softplus = defineUnary({ name: "softplus", kind: "softplus", of: softplusOf });
