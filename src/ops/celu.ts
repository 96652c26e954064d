import { defineUnary } from "./unary.js";

/** y = x, and alpha * (exp(x / alpha) - 1) where x < 0 (Barron 2017). */
export const celu = defineUnary({
  name: "celu",
  kind: "celu",
  parameters: ["alpha"],
  of: (x, { alpha }) => (x < 0 ? alpha * Math.expm1(x / alpha) : x),
});
