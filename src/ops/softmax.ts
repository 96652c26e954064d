import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { defineOp } from "./op.js";

export type SoftmaxAttrs = { readonly axis: number };

/** Softmax or its logarithm, along one axis. */
export const softmaxOp = <const Name extends string>(name: Name, log: boolean) =>
  defineOp<Name, SoftmaxAttrs>({
    name,

    infer({ axis }, [x]) {
      if (axis < 0 || axis >= x!.length) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
      return [x!];
    },

    evaluate({ axis }, [x]) {
      const count = x!.shape[axis]!;
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const data = new Float64Array(x!.data.length);
      for (let run = 0; run < data.length / count; run++) {
        const first = Math.floor(run / inner) * inner * count + (run % inner);
        let largest = -Infinity;
        for (let i = 0; i < count; i++) largest = Math.max(largest, x!.data[first + i * inner]!);
        let sum = 0;
        for (let i = 0; i < count; i++) sum += Math.exp(x!.data[first + i * inner]! - largest);
        for (let i = 0; i < count; i++) {
          const below = x!.data[first + i * inner]! - largest;
          data[first + i * inner] = log ? below - Math.log(sum) : Math.exp(below) / sum;
        }
      }
      return [{ shape: x!.shape, data }];
    },

    atoms({ axis }, [x], channels) {
      channels.freeze(x![axis], `${name} sums over all channels`);
      return [x!];
    },

    reorder: ({ axis }, order) => ({ attrs: { axis: order[axis]! }, order }),
    macs: () => 0,
    lower: ({ axis }) => ({ layer: { type: "softmax", axis, log }, reads: [0] }),
    raise: (layer) =>
      layer.type === "softmax" && layer.log === log ? { attrs: { axis: layer.axis }, constants: [] } : undefined,
  });

/** exp(x - largest) divided by its sum. */
export const softmax = softmaxOp("softmax", false);
