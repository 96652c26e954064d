import { defineUnary } from "./unary.js";

/** Hyperbolic tangent. */
export const tanh = defineUnary({
  name: "tanh",
  kind: "tanh",
  of: Math.tanh,
});
