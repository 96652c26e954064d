import { defineUnary } from "./unary.js";

/** y = e^x. */
export const exp = defineUnary({
  name: "exp",
  kind: "exp",
  of: Math.exp,
});
