import { defineUnary } from "./unary.js";

/** y = alpha * x + beta, but at least 0 and at most 1 (Courbariaux et al. 2015). */
export const hardSigmoid = defineUnary({
  name: "hard-sigmoid",
  kind: "hard_sigmoid",
  parameters: ["alpha", "beta"],
  of: (x, { alpha, beta }) => Math.max(0, Math.min(1, alpha * x + beta)),
});
