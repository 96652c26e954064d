import { defineUnary } from "./unary.js";

/** y = -x. */
export const neg = defineUnary({
  name: "neg",
  kind: "neg",
  of: (x) => -x,
});
