import { defineUnary } from "./unary.js";

/** y = x, and alpha * (exp(x) - 1) where x < 0 (Clevert et al. 2016). */
export const elu = defineUnary({
  name: "elu",
  kind: "elu",
  parameters: ["alpha"],
  of: (x, { alpha }) => (x < 0 ? alpha * Math.expm1(x) : x),
});
