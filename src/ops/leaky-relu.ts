import { defineUnary } from "./unary.js";

/** y = x, and alpha * x where x < 0. */
export const leakyRelu = defineUnary({
  name: "leaky-relu",
  kind: "leaky_relu",
  parameters: ["alpha"],
  of: (x, { alpha }) => (x < 0 ? alpha * x : x),
});
