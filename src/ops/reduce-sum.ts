import { defineReduction, sum } from "./reduction.js";

/** Sum over some axes. */
export const reduceSum = defineReduction("reduce-sum", "sum", "summed over the channels", sum);
