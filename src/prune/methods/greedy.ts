import { ALLOCATION, planByMoments } from "../moments/plan-by-moments.js";
import { definePlanMethod } from "./method.js";

/**
 * Channels without which the layers behind them, fitted again, come closest to the dense network: exact backward elimination on
 * second moments (linalg/elimination.ts), with the LASSO beside it; at each layer the one that leaves the smaller residual counts.
 */
export const greedy = definePlanMethod({
  name: "greedy",
  summary:
    "what the next layer, fitted again, can best do without; exact backward elimination, or LASSO where that is better",
  paper:
    "Hassibi, Stork 1993, Optimal Brain Surgeon, section 3, in blocks; He, Zhang, Sun 2017, Channel Pruning, section 3",
  removes: "channels",
  needs: ["samples"],
  budgets: ["macs", "parameters", "bytes", "channels", "ms"],
  scopes: ["global", "local"],
  options: ALLOCATION,
  plan: (context) => planByMoments(context, ["elimination", "lasso"]),
});
