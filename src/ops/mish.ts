import { softplusOf } from "./softplus.js";
import { defineUnary } from "./unary.js";

/** y = x * tanh(log(1 + exp(x))) (Misra 2020). */
export const mish = defineUnary({
  name: "mish",
  kind: "mish",
  of: (x) => x * Math.tanh(softplusOf(x)),
});
