import { defineUnary } from "./unary.js";

/** y = x * min(max(x + 3, 0), 6) / 6 (Howard et al. 2019, MobileNetV3). */
export const hardSwish = defineUnary({
  name: "hard-swish",
  kind: "hard_swish",
  of: (x) => (x / 6) * Math.min(Math.max(x + 3, 0), 6),
});
