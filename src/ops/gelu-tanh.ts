import { defineUnary } from "./unary.js";

/** y = x * (1 + tanh(z)) / 2 with z = sqrt(2 / pi) * (x + 0.044715 * x^3): gelu as GPT-2 approximates it. (1 + tanh(z)) / 2 is the sigmoid of 2 z. */
export const geluTanh = defineUnary({
  name: "gelu-tanh",
  kind: "gelu_tanh",
  of: (x) => x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
});
