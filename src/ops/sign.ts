import { defineUnary } from "./unary.js";

/** y = -1, 0 or 1, as x is negative, 0 or positive; NaN of NaN. */
export const sign = defineUnary({
  name: "sign",
  kind: "sign",
  of: Math.sign,
});
