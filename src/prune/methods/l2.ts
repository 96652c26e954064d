import { byFilterNorm } from "./filter-norm.js";
import { defineRankMethod } from "./method.js";

/** Filters with the smallest Euclidean norm go first. */
export const l2 = defineRankMethod({
  name: "l2",
  summary: "smallest Euclidean norm of the filter first",
  paper: "Li et al. 2017, Pruning Filters for Efficient ConvNets, section 4.4 (compared with l1)",
  needs: ["weights"],
  score: byFilterNorm((values) => {
    let sum = 0;
    for (const value of values) sum += value * value;
    return Math.sqrt(sum);
  }),
});
