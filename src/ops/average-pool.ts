import { defineOp } from "./op.js";
import { atomsPool, evaluatePool, inferPool, lowerPool, type PoolAttrs, raisePool } from "./pool.js";

export type AveragePoolAttrs = PoolAttrs & {
  /** Divides by the window's elements in the padded input instead of those in the input. */
  readonly countPadding: boolean;
};

/** Mean of each window of an NCHW value. */
export const averagePool = defineOp({
  name: "average-pool",
  windowed: true,
  infer: (attrs: AveragePoolAttrs, [x]) => inferPool(attrs, x!),
  evaluate: (attrs, [x]) =>
    evaluatePool(attrs, x!, (values, padded) => {
      const count = attrs.countPadding ? padded : values.length;
      return count === 0 ? 0 : values.reduce((sum, v) => sum + v, 0) / count;
    }),
  atoms: (_attrs, inputs, channels) => atomsPool(inputs, channels),
  macs: () => 0,
  lower({ countPadding, ...attrs }) {
    return lowerPool(attrs, "average", countPadding);
  },
  raise: (layer) =>
    layer.type === "pool" && layer.kind === "average"
      ? { attrs: { ...raisePool(layer), countPadding: layer.countPadding }, constants: [] }
      : undefined,
});
