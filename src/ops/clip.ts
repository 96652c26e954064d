import { defineOp, reorderElements } from "./op.js";

export type ClipAttrs = { readonly min: number; readonly max: number };

/** y = min(max(x, min), max), elementwise; a bound that is absent is infinite. */
export const clip = defineOp({
  name: "clip",
  infer: (_attrs: ClipAttrs, [x]) => [x!],
  evaluate: ({ min, max }, [x]) => [
    { shape: x!.shape, data: Float64Array.from(x!.data, (v) => (v < min ? min : v > max ? max : v)) },
  ],
  atoms: (_attrs, [x]) => [x!],
  reorder: reorderElements,
  idempotent: true,
  macs: () => 0,
  lower: ({ min, max }) => ({ layer: { type: "clip", min, max }, reads: [0] }),
  raise: (layer) =>
    layer.type === "clip" && !(layer.min === 0 && layer.max === Infinity)
      ? { attrs: { min: layer.min, max: layer.max }, constants: [] }
      : undefined,
});
