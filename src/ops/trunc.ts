import { defineUnary } from "./unary.js";

/** x without its fraction: towards 0. What a cast to integers does. */
export const trunc = defineUnary({
  name: "trunc",
  kind: "trunc",
  of: Math.trunc,
});
