import { greedyOrder } from "../greedy-filters.js";
import { selectUnits, type Unit } from "../units.js";
import { byFilterNorm } from "./filter-norm.js";
import { defineRankMethod } from "./method.js";
import { choice } from "./option.js";

const byWeightSum = byFilterNorm((values) => {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
});

/** As `l1`; greedily, what reads channels that have gone does not count any more. */
export const filters = defineRankMethod({
  name: "filters",
  summary: "smallest sum of absolute filter weights first, those not counted that read channels already removed",
  paper: "Li et al. 2017, Pruning Filters for Efficient ConvNets, section 3.2",
  needs: ["weights"],
  options: {
    order: choice(
      "greedy leaves weights out of the sums that read removed channels, independent counts them all",
      ["greedy", "independent"],
      "greedy",
    ),
  },
  prepare: async (context): Promise<ReadonlyMap<Unit, Float64Array> | undefined> =>
    context.options.order === "greedy"
      ? greedyOrder(selectUnits(context.map.units, context.only), context.scope, context.keep!)
      : undefined,
  score: (unit, _context, order) => order?.get(unit) ?? byWeightSum(unit),
});
