import { defineUnary } from "./unary.js";

/** y = 1 / (1 + exp(-x)). */
export const sigmoid = defineUnary({
  name: "sigmoid",
  kind: "sigmoid",
  of: (x) => 1 / (1 + Math.exp(-x)),
});
