import { defineUnary } from "./unary.js";

/** y = 1 / x. */
export const reciprocal = defineUnary({
  name: "reciprocal",
  kind: "reciprocal",
  freezes: "a channel without numbers has no finite reciprocal",
  of: (x) => 1 / x,
});
