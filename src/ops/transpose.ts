import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { offsetsOf, stridesOf } from "../graph/strides.js";
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
    const strides = stridesOf(x!.shape);
    const from = offsetsOf(
      shape,
      attrs.permutation.map((axis) => strides[axis]!),
    );
    return [{ shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => x!.data[from(i)]!) }];
  },

  atoms: ({ permutation }, [x]) => [permutation.map((axis) => x![axis]!)],
  macs: () => 0,
  lower: ({ permutation }) => ({ layer: { type: "transpose", permutation }, reads: [0] }),
  raise: (layer) =>
    layer.type === "transpose" ? { attrs: { permutation: layer.permutation }, constants: [] } : undefined,
});
