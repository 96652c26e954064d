import { defineUnary } from "./unary.js";

/** y = x * sigmoid(alpha * x); Swish with a factor (Ramachandran et al. 2017). */
export const silu = defineUnary({
  name: "silu",
  kind: "silu",
  parameters: ["alpha"],
  of: (x, { alpha }) => x / (1 + Math.exp(-alpha * x)),
});
