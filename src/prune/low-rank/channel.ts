/**
 * k x k convolution with fewer outputs, and a 1 x 1 that makes all outputs of them: the singular value decomposition of the
 * filter as a matrix [oc][ic kh kw]. Where inputs were seen, of its outputs: the exact reduced-rank regression.
 *
 * Zhang, Zou, He, Sun 2015, Accelerating Very Deep Convolutional Networks, sections 3.1 and 3.3 (linear, asymmetric).
 */
import { multiply, transpose } from "../../linalg/products.js";
import { type Form, rankByRank, withFilter } from "./form.js";
import { type FilterShape, patchSize, type StageShape } from "./stage.js";
import { outputDirections, scaled, type Target } from "./target.js";

export const channel: Form = {
  name: "channel",
  summary: "k x k with fewer outputs, then 1 x 1 (for 1 x 1 and dense layers: two matrices)",
  paper: "Zhang et al. 2015, Accelerating Very Deep Convolutional Networks, section 3.1",

  fullRanks: (shape) => [Math.min(shape[0], patchSize(shape))],

  stages(shape: FilterShape, [rank]): readonly StageShape[] {
    const [oc, ic, kh, kw] = shape;
    return [
      { shape: [rank!, ic, kh, kw], groups: 1, slides: [true, true] },
      { shape: [oc, rank!, 1, 1], groups: 1, slides: [false, false] },
    ];
  },

  options(target: Target) {
    return rankByRank(outputDirections(target).values, this.fullRanks(target.shape)![0]!);
  },

  spectra: (target) => {
    const [oc] = target.shape;
    return [{ squares: outputDirections(target).values, rows: oc, columns: patchSize(target.shape) }];
  },

  factorise(target, ranks) {
    const [first, last] = this.stages(target.shape, ranks);
    const [oc] = target.shape;
    const kept = outputDirections(target).vectors.subarray(0, ranks[0]! * oc);
    const filters = multiply(kept, scaled(target.weights, target.scale), ranks[0]!);
    const back = scaled(
      transpose(kept, ranks[0]!),
      target.scale.map((s) => 1 / s),
    );
    return [withFilter(first!, filters), withFilter(last!, back)];
  },
};
