import { erfComplement } from "./erf.js";
import { defineUnary } from "./unary.js";

/** y = x * (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel 2016). */
export const gelu = defineUnary({
  name: "gelu",
  kind: "gelu",
  of: (x) => (x / 2) * erfComplement(-x / Math.SQRT2),
});
