import { defineUnary } from "./unary.js";

/** y = x / (1 + |x|). */
export const softsign = defineUnary({
  name: "softsign",
  kind: "softsign",
  of: (x) => x / (1 + Math.abs(x)),
});
