import { byFilters } from "./filter-norm.js";
import { defineRankMethod } from "./method.js";

/** The filters nearest to the others', which these can replace, go first. */
export const fpgm = defineRankMethod({
  name: "fpgm",
  summary: "filters nearest to the geometric median of their layer first: the others can replace them",
  paper:
    "He et al. 2019, Filter Pruning via Geometric Median for Deep Convolutional Neural Networks Acceleration, section 3.3",
  needs: ["weights"],
  score: byFilters((filters) =>
    filters.map((filter) => filters.reduce((sum, other) => sum + distance(filter, other), 0)),
  ),
});

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}
