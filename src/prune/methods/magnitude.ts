import { maskEdit } from "../edits/mask.js";
import { definePlanMethod } from "./method.js";
import { groupsOf, layersOf, planByGroups } from "./weight-groups.js";

/** The smallest weights go, wherever they are. */
export const magnitude = definePlanMethod({
  name: "magnitude",
  summary: "single weights, the smallest first",
  paper: "Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks, section 3",
  removes: "single weights",
  needs: ["weights"],
  budgets: ["weights", "macs", "parameters", "bytes"],
  scopes: ["local", "global"],
  options: {},
  plan: (context) =>
    planByGroups(
      context,
      layersOf(context).map((layer) => ({
        ...groupsOf(layer, layer.filter.data.length, (i) => i, "l1"),
        edit: (kept) => maskEdit(layer, 1, kept),
      })),
    ),
});
