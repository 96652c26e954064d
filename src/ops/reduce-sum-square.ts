import { defineReduction, sumOfSquares } from "./reduction.js";

/** Sum of squares over some axes. */
export const reduceSumSquare = defineReduction(
  "reduce-sum-square",
  "sum_square",
  "summed over the channels",
  sumOfSquares,
);
