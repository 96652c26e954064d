/** Ranks in proportion to those that variational Bayes gives each layer. */
import type { Target } from "./target.js";
import type { PlannedOption } from "../reconstruct/options.js";
import type { RankPlan } from "./compressor.js";
import type { Form } from "./form.js";
import { bayesianRank } from "./vbmf.js";

/** The option that a layer gets at a level: at 1/2 Bayes's own ranks, at 0 the cheapest, at 1 the layer as it is. */
export function bayesianOption(
  options: readonly PlannedOption<RankPlan>[],
  form: Form,
  target: Target,
): (level: number) => number {
  const ranks = form.spectra!(target).map(({ squares, rows, columns }) => bayesianRank(squares, rows, columns));
  return (level) => {
    if (level >= 1) return options.length - 1;
    const factor = level / (1 - level);
    const fits = ({ plan }: PlannedOption<RankPlan>) =>
      plan !== undefined && plan.ranks.every((rank, i) => rank <= Math.max(1, factor * ranks[i]!));
    return Math.max(0, options.findLastIndex(fits));
  };
}
