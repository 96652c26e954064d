/** Softmax and its logarithm inside a network; in front of the loss they are left out (../logits.ts). */
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { sizeOf } from "../../graph/graph.js";
import type { SoftmaxAttrs } from "../../ops/softmax.js";
import { defineGradient } from "./gradient.js";

const gradientOf = (mode: 0 | 1) =>
  defineGradient<SoftmaxAttrs>({
    parameters: {},
    clamps: false,
    backward({ attrs: { axis }, records, output, dy, gradient }) {
      const { shape, place: x } = output;
      const sizes = { oc: sizeOf(shape.slice(0, axis)), count: shape[axis]!, ow: sizeOf(shape.slice(axis + 1)) };
      const fields = { x, g: dy.place, ...sizes, mode };
      gradient(0, (y, z) => records.each(TrainingKernel.SoftmaxGradient, { ...fields, y, z }), "last");
    },
  });

export const softmax = gradientOf(0);
export const logSoftmax = gradientOf(1);
