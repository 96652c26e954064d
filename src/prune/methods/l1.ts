import { byFilterNorm } from "./filter-norm.js";
import { defineRankMethod } from "./method.js";

/** Filters with the smallest sum of absolute weights go first. */
export const l1 = defineRankMethod({
  name: "l1",
  summary: "smallest sum of absolute filter weights first",
  paper: "Li et al. 2017, Pruning Filters for Efficient ConvNets, section 3.1",
  needs: ["weights"],
  score: byFilterNorm((values) => {
    let sum = 0;
    for (const value of values) sum += Math.abs(value);
    return sum;
  }),
});
