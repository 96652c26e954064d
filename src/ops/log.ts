import { defineUnary } from "./unary.js";

/** Natural logarithm; NaN below 0. */
export const log = defineUnary({
  name: "log",
  kind: "log",
  freezes: "the logarithm of a channel without numbers is not finite",
  of: Math.log,
});
