import { leavesTrunk, NO_BRANCH, readsEdit } from "../samplers.js";
import { definePlanMethod } from "./method.js";
import { groupsOf, layersOf, planByGroups } from "./weight-groups.js";

/** The first convolution of a residual branch reads some channels of the trunk only; the trunk itself keeps all of them. */
export const sampler = definePlanMethod({
  name: "sampler",
  summary:
    "input channels of each residual branch's first convolution, smallest sum of absolute weights first; the trunk keeps all",
  paper:
    "He, Zhang, Sun 2017, Channel Pruning for Accelerating Very Deep Neural Networks, section 3.3 (feature map sampler)",
  removes: "input channels of branches",
  needs: ["weights"],
  budgets: ["macs", "parameters", "ms"],
  scopes: ["global", "local"],
  options: {},
  plan(context) {
    const { channels } = context.map;
    const layers = layersOf(context, (layer) => leavesTrunk(layer, channels), NO_BRANCH);
    return planByGroups(
      context,
      layers.map((layer) => {
        const [, width, kh, kw] = layer.filter.shape as [number, number, number, number];
        const groups = groupsOf(layer, width, (i) => Math.floor(i / (kh * kw)) % width, "l1");
        return { ...groups, edit: (kept) => readsEdit(layer.name, kept) };
      }),
    );
  },
});
