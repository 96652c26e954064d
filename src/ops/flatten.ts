import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { defineOp } from "./op.js";
import { regroup } from "./regroup.js";

export type FlattenAttrs = { readonly axis: number };

/** Two axes: everything in front of `axis`, and everything from it on. */
export const flatten = defineOp({
  name: "flatten",
  moves: true,
  infer({ axis }: FlattenAttrs, [x]) {
    if (axis < 0 || axis > x!.length) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
    return [[sizeOf(x!.slice(0, axis)), sizeOf(x!.slice(axis))]];
  },
  evaluate(attrs, [x]) {
    return [{ shape: this.infer(attrs, [x!.shape])[0]!, data: x!.data }];
  },
  atoms(attrs, [x], channels) {
    const input = channels.shape(0);
    return [regroup(x!, input, this.infer(attrs, [input])[0]!, channels)];
  },
  macs: () => 0,
  lower: ({ axis }, [x]) => ({
    layer: { type: "reshape", shape: axis === 1 ? [0, -1] : [sizeOf(x!.shape.slice(0, axis)), -1] },
    reads: [0],
  }),
});
