import { defineUnary } from "./unary.js";

/** y = gamma * x, and gamma * alpha * (exp(x) - 1) where x < 0 (Klambauer et al. 2017). */
export const selu = defineUnary({
  name: "selu",
  kind: "selu",
  parameters: ["alpha", "gamma"],
  of: (x, { alpha, gamma }) => gamma * (x < 0 ? alpha * Math.expm1(x) : x),
});
