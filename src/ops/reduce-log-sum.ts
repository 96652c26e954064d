import { defineReduction, sum } from "./reduction.js";

/** Natural logarithm of the sum over some axes. */
export const reduceLogSum = defineReduction(
  "reduce-log-sum",
  "log_sum",
  "summed over the channels",
  (values) => Math.log(sum(values)),
  "the logarithm of a channel without weights is infinite",
);
