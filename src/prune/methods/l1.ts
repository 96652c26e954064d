import { byFilterNorm, type Method } from "./method.js";

/** Filters with the smallest sum of absolute weights go first. */
export const l1: Method = {
  name: "l1",
  summary: "smallest sum of absolute filter weights first",
  paper: "Li et al. 2017, Pruning Filters for Efficient ConvNets, section 3.1",
  needs: "weights",
  score: byFilterNorm((values) => {
    let sum = 0;
    for (const value of values) sum += Math.abs(value);
    return sum;
  }),
};
