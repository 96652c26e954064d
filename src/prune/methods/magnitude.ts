import { maskEdit } from "../edits/mask.js";
import { weightsEdit } from "../edits/weights.js";
import { type KeptCount, refitMasks } from "../obs/refit-masks.js";
import { linear } from "../obs/rows.js";
import { sparsify } from "../obs/sparse.js";
import type { Compressor } from "../reconstruct/compressor.js";
import { stages } from "../progress.js";
import { definePlanMethod } from "./method.js";
import { choice } from "./option.js";
import { groupsOf, layersOf, planByGroups } from "./weight-groups.js";

/** The smallest weights go, wherever they are. */
export const magnitude = definePlanMethod({
  name: "magnitude",
  summary: "single weights, the smallest first",
  paper: "Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks, section 3",
  removes: "single weights",
  needs: ["weights"],
  uses: ["samples"],
  budgets: ["weights", "macs", "parameters", "bytes", "ms"],
  scopes: ["local", "global"],
  options: {
    update: choice(
      "obs: layer by layer as many weights as that, but those that others can best make up for, by what the layer reads (Frantar and Alistarh 2023, SparseGPT; needs --data)",
      ["none", "obs"],
      "none",
    ),
  },
  async plan(context) {
    const isFitted = context.options.update === "obs";
    const progress = stages(context.onProgress, [Number(context.keep!.kind === "ms"), 2 * Number(isFitted)]);
    const decision = await planByGroups(
      { ...context, onProgress: progress() },
      layersOf(context).map((layer) => ({
        ...groupsOf(layer, layer.filter.data.length, (i) => i, "l1"),
        edit: (kept) => maskEdit(layer, 1, kept),
      })),
    );
    if (!isFitted) return decision;
    return refitMasks({ ...context, onProgress: progress() }, decision, surgeonsChoice);
  },
});

/** The weights of a layer that stay by the optimal brain surgeon, and what they are then. */
const surgeonsChoice: Compressor<KeptCount>["realise"] = (target, { weights: kept }, layer) => {
  const weights = sparsify(linear(target), target.weights.length - kept);
  const bits = Uint8Array.from(weights, (v) => Number(v !== 0));
  return { filter: weights, edit: (bias) => weightsEdit(layer, 1, bits, weights, bias) };
};
