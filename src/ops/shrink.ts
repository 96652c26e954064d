import { defineUnary } from "./unary.js";

/** y = x + bias where x < -lambda, x - bias where x > lambda, else 0: soft shrinking with equal numbers, hard with bias 0. */
export const shrink = defineUnary({
  name: "shrink",
  kind: "shrink",
  parameters: ["lambda", "bias"],
  of: (x, { lambda, bias }) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0),
});
