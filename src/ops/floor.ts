import { defineUnary } from "./unary.js";

/** The largest whole number that is not above x. */
export const floor = defineUnary({
  name: "floor",
  kind: "floor",
  of: Math.floor,
});
