import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { defineOp } from "./op.js";

export type TransposeAttrs = { readonly permutation: readonly number[] };

/** Axis i of the output is axis permutation[i] of the input. */
export const transpose = defineOp({
  name: "transpose",
  moves: true,

  infer({ permutation }: TransposeAttrs, [x]) {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== x!.length || sorted.some((axis, i) => axis !== i)) {
      throw new ModelError(`[${permutation.join(", ")}] is not a permutation of ${x!.length} axes`);
    }
    return [permutation.map((axis) => x![axis]!)];
  },

  evaluate(attrs, [x]) {
    const shape = this.infer(attrs, [x!.shape])[0]!;
    const strides = attrs.permutation.map((axis) => sizeOf(x!.shape.slice(axis + 1)));
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      let from = 0;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += (i % shape[axis]!) * strides[axis]!;
        i = Math.floor(i / shape[axis]!);
      }
      return x!.data[from]!;
    });
    return [{ shape, data }];
  },

  atoms: ({ permutation }, [x]) => [permutation.map((axis) => x![axis]!)],
  macs: () => 0,
  lower: ({ permutation }) => ({ layer: { type: "transpose", permutation }, reads: [0] }),
  raise: (layer) =>
    layer.type === "transpose" ? { attrs: { permutation: layer.permutation }, constants: [] } : undefined,
});
