import { rowCompressor } from "../obs/rows.js";
import { ALLOCATE, planByReconstruction, replaceableLayers } from "../reconstruct/reconstruct.js";
import { definePlanMethod } from "./method.js";

/** Taps of single input channels go for all outputs at once: rows of the lowered matrix. */
export const rows = definePlanMethod({
  name: "rows",
  summary:
    "free tap patterns: of each input channel the taps that all outputs can best do without, and the others make up for them",
  paper:
    "Hassibi and Stork 1993, Second Order Derivatives for Network Pruning: Optimal Brain Surgeon, on the lowered matrix; patterns as in Anwar et al. 2017",
  removes: "rows of the lowered matrix",
  needs: ["weights", "samples"],
  budgets: ["macs", "parameters", "ms"],
  scopes: ["global", "local"],
  options: { allocate: ALLOCATE },
  plan: (context) =>
    planByReconstruction(context, replaceableLayers(context), rowCompressor, { allocate: context.options.allocate }),
});
