import { defineReduction, sumOfSquares } from "./reduction.js";

/** Root of the sum of squares over some axes. */
export const reduceL2 = defineReduction("reduce-l2", "l2", "summed over the channels", (values) =>
  Math.sqrt(sumOfSquares(values)),
);
