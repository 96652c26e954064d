import { defineUnary } from "./unary.js";

/** y = x where x > alpha, else 0. */
export const thresholdedRelu = defineUnary({
  name: "thresholded-relu",
  kind: "thresholded_relu",
  parameters: ["alpha"],
  of: (x, { alpha }) => (x > alpha ? x : 0),
});
