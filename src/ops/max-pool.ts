import { defineOp } from "./op.js";
import { atomsPool, evaluatePool, inferPool, lowerPool, type PoolAttrs, raisePool } from "./pool.js";

/** Largest element of each window of an NCHW value; neither padding nor NaN ever wins. */
export const maxPool = defineOp({
  name: "max-pool",
  windowed: true,
  infer: (attrs: PoolAttrs, [x]) => inferPool(attrs, x!),
  evaluate: (attrs, [x]) =>
    evaluatePool(attrs, x!, (values) => values.reduce((best, v) => (v > best ? v : best), -Infinity)),
  atoms: (_attrs, inputs, channels) => atomsPool(inputs, channels),
  macs: () => 0,
  lower: (attrs) => lowerPool(attrs, "max", false),
  raise: (layer) =>
    layer.type === "pool" && layer.kind === "max" ? { attrs: raisePool(layer), constants: [] } : undefined,
});
