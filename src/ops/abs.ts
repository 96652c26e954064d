import { defineUnary } from "./unary.js";

/** y = |x|. */
export const abs = defineUnary({
  name: "abs",
  kind: "abs",
  of: Math.abs,
});
