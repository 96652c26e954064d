import { defineOp, reorderElements } from "./op.js";

/** y = max(x, 0), elementwise. */
export const relu = defineOp({
  name: "relu",
  infer: (_attrs: {}, [x]) => [x!],
  evaluate: (_attrs, [x]) => [{ shape: x!.shape, data: Float64Array.from(x!.data, (v) => (v < 0 ? 0 : v)) }],
  atoms: (_attrs, [x]) => [x!],
  reorder: reorderElements,
  idempotent: true,
  macs: () => 0,
  lower: () => ({ layer: { type: "clip", min: 0, max: Infinity }, reads: [0] }),
  raise: (layer) =>
    layer.type === "clip" && layer.min === 0 && layer.max === Infinity ? { attrs: {}, constants: [] } : undefined,
});
