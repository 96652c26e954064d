import { definePlanMethod } from "./method.js";
import { layersOf, nonZero, planByGroups, scaleOf } from "./weight-groups.js";

/** The smallest weights go, wherever they are. */
export const magnitude = definePlanMethod({
  name: "magnitude",
  summary:
    "single weights, the smallest of each layer (local) or of all (global, each layer's divided by their size) first",
  paper: "Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks, section 3",
  removes: "weights",
  needs: ["weights"],
  budgets: ["weights", "macs", "parameters", "bytes"],
  scopes: ["local", "global"],
  options: {},
  plan: (context) =>
    planByGroups(
      context,
      layersOf(context).map((layer) => {
        const scale = scaleOf(layer);
        return {
          layer,
          block: 1,
          scores: Float64Array.from(layer.filter.data, (weight) => Math.abs(weight) / scale),
          weights: nonZero(layer),
          bits: (kept) => kept,
        };
      }),
    ),
});
