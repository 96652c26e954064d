import { maskEdit } from "../edits/mask.js";
import { definePlanMethod } from "./method.js";
import { choice } from "./option.js";
import { groupsOf, layersOf, planByGroups } from "./weight-groups.js";

/** Weights of neighbouring output channels at one place of the filter stay or go together, so that a kernel reads an input once for all. */
export const block = definePlanMethod({
  name: "block",
  summary: "the weights of 2 or 4 neighbouring output channels at one place of the filter together, the smallest first",
  paper:
    "Elsen et al. 2020, Fast Sparse ConvNets, section 4.2; Narang et al. 2017, Block-Sparse Recurrent Neural Networks",
  removes: "blocks of weights",
  needs: ["weights"],
  budgets: ["weights", "macs", "parameters", "bytes", "ms"],
  scopes: ["local", "global"],
  options: {
    block: choice("output channels of a block", ["2", "4"], "4"),
    norm: choice("what makes a block large", ["l1", "l2"], "l2"),
  },
  plan(context) {
    const rows = Number(context.options.block);
    return planByGroups(
      context,
      layersOf(context).map((layer) => {
        const [oc, inner] = [layer.filter.shape[0]!, layer.filter.data.length / layer.filter.shape[0]!];
        const shared = Math.min(rows, oc);
        const groupOf = (i: number) => Math.floor(i / inner / shared) * inner + (i % inner);
        const groups = groupsOf(layer, Math.ceil(oc / shared) * inner, groupOf, context.options.norm);
        return { ...groups, edit: (kept) => maskEdit(layer, shared, kept) };
      }),
    );
  },
});
