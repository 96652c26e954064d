/**
 * Batch norm with the statistics of the batch; the running ones, which inference uses, follow them. Ioffe and Szegedy 2015,
 * algorithm 1 and the gradients behind it.
 */
import { Kernel } from "../../../assembly/abi.js";
import { BatchNormRow, TrainingKernel } from "../../../assembly/training/abi.js";
import { sizeOf } from "../../graph/graph.js";
import type { BatchNormAttrs } from "../../ops/batch-norm.js";
import type { Place } from "../../runtime/site.js";
import { defineGradient, type NodeSite } from "./gradient.js";

/** How far the running statistics move towards those of a batch, as in PyTorch. */
const MOMENTUM = 0.1;

const sizes = ({ inputs }: NodeSite<BatchNormAttrs>) => {
  const { shape } = inputs[0]!;
  return { oc: shape[1]!, count: sizeOf(shape.slice(2)) };
};

export const batchNorm = defineGradient<BatchNormAttrs, Place>({
  parameters: { 1: "norm", 2: "norm" },
  statistics: [3, 4],
  initial: { 1: 1, 4: 1 },
  clamps: true,

  forward(site) {
    const { records, attrs, images, inputs, output, clamp } = site;
    const [x, gamma, beta, mean, variance] = inputs.map(({ place }) => place);
    const { oc, count } = sizes(site);
    const state = records.buffers.add(8 * oc, true);
    const w = records.buffers.add(4 * oc * BatchNormRow.count, false);
    records.each(TrainingKernel.BatchNormStatistics, { x, state, oc, count });
    records.all(TrainingKernel.BatchNormCombine, {
      ...{ state, xEach: site.each(state), images, oc, count, w },
      ...{ g: gamma, z: beta, x: mean, y: variance, alpha: attrs.epsilon, beta: MOMENTUM },
    });
    records.barrier();
    const row = (number: number): Place => ({ ...w, offset: w.offset + 4 * oc * number });
    records.step(Kernel.Scale, {
      ...{ x: x!, y: output.place, f: row(BatchNormRow.scale), b: row(BatchNormRow.shift), oc, ow: count },
      ...clamp,
    });
    return w;
  },

  backward(site) {
    const { records, images, inputs, dy, kept: w } = site;
    const { oc, count } = sizes(site);
    const [x, gamma] = inputs.map(({ place }) => place);
    const [dGamma, dBeta] = [site.parameter(1), site.parameter(2)];
    const state = records.buffers.add(8 * oc, true);
    records.each(TrainingKernel.BatchNormSums, { x, g: dy.place, w, state, oc, count });
    records.all(TrainingKernel.BatchNormCombineGradients, {
      ...{ state, xEach: site.each(state), images, oc, count, w, g: gamma },
      ...{ y: dGamma?.place, z: dBeta?.place, mode: dGamma?.mode ?? dBeta?.mode ?? 0 },
    });
    records.barrier();
    site.gradient(
      0,
      (y, z) => records.each(TrainingKernel.BatchNormData, { x, g: dy.place, w, y, z, oc, count }),
      "last",
    );
  },
});
