import { defineUnary } from "./unary.js";

/** Square root; NaN below 0. */
export const sqrt = defineUnary({
  name: "sqrt",
  kind: "sqrt",
  of: Math.sqrt,
});
