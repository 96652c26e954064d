import { defineReduction, sum } from "./reduction.js";

/** Natural logarithm of the sum of exponentials over some axes. */
export const reduceLogSumExp = defineReduction(
  "reduce-log-sum-exp",
  "log_sum_exp",
  "summed over the channels",
  (values) => {
    const largest = values.reduce((best, v) => Math.max(best, v), -Infinity);
    return largest + Math.log(sum(values.map((v) => Math.exp(v - largest))));
  },
);
