import { ALLOCATION, planByMoments } from "../moments/plan-by-moments.js";
import { definePlanMethod } from "./method.js";

/**
 * One factor for each channel's share of the next layer's outputs; a penalty on their sum sets them to zero until as many are left
 * as may stay. Layers are visited front to back, in multi-branch blocks towards the sum of branches. The paper leaves the widths to
 * the user; here the curves of `greedy` allocate them, and where there is a sampler what it takes is allocated in the same way.
 */
export const lasso = definePlanMethod({
  name: "lasso",
  summary: "what a LASSO on each channel's share of the next layer's outputs sets to zero",
  paper: "He, Zhang, Sun 2017, Channel Pruning for Accelerating Very Deep Neural Networks, sections 3.1 to 3.3",
  removes: "channels",
  needs: ["samples"],
  budgets: ["macs", "parameters", "bytes", "channels", "ms"],
  scopes: ["global", "local"],
  options: ALLOCATION,
  plan: (context) => planByMoments(context, ["lasso"]),
});
