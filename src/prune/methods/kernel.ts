import { definePlanMethod } from "./method.js";
import { groupsOf, hasTaps, kernelOf, layersOf, maskOfGroups, planByGroups } from "./weight-groups.js";

/** Whole kernels go: the weights between one input and one output channel. */
export const kernel = definePlanMethod({
  name: "kernel",
  summary: "whole kernels (all weights between an input and an output channel), smallest sum of absolute weights first",
  paper:
    "Mao et al. 2017, Exploring the Regularity of Sparse Structure in Convolutional Neural Networks, section 3 (2-D)",
  removes: "kernels",
  needs: ["weights"],
  budgets: ["weights", "macs", "parameters", "bytes", "ms"],
  scopes: ["local", "global"],
  options: {},
  plan: (context) =>
    planByGroups(
      context,
      layersOf(context, hasTaps, "all kernels have one weight; `magnitude` removes single weights").map((layer) => {
        const taps = kernelOf(layer)[0] * kernelOf(layer)[1];
        const groupOf = (i: number) => Math.floor(i / taps);
        const groups = groupsOf(layer, layer.filter.data.length / taps, groupOf, "l1");
        return { ...groups, edit: (kept) => maskOfGroups(layer, groupOf, kept) };
      }),
    ),
});
