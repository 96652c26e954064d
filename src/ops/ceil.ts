import { defineUnary } from "./unary.js";

/** The smallest whole number that is not below x. */
export const ceil = defineUnary({
  name: "ceil",
  kind: "ceil",
  of: Math.ceil,
});
