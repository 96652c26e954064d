import { ModelError } from "../errors.js";
import { formatShape, type Shape, sizeOf } from "../graph/graph.js";
import { countKept, defineOp } from "./op.js";
import { regroup } from "./regroup.js";

/** The target shape: 0 copies the input's size at this place, -1 (once at most) takes what is left. */
export type ReshapeAttrs = { readonly shape: readonly number[] };

/** Same elements, other shape. */
export const reshape = defineOp({
  name: "reshape",
  moves: true,

  infer(attrs: ReshapeAttrs, [x]): readonly Shape[] {
    const copied = attrs.shape.map((size, axis) => (size === 0 ? (x![axis] ?? 0) : size));
    const known = sizeOf(copied.filter((size) => size !== -1));
    const shape = copied.map((size) => (size === -1 ? sizeOf(x!) / known : size));
    const twice = copied.filter((size) => size === -1).length > 1;
    if (twice || sizeOf(shape) !== sizeOf(x!) || shape.some((size) => !Number.isInteger(size) || size < 1)) {
      throw new ModelError(`${formatShape(x!)} cannot become ${attrs.shape.join("x")}`);
    }
    return [shape];
  },

  evaluate(attrs, [x]) {
    return [{ shape: this.infer(attrs, [x!.shape])[0]!, data: x!.data }];
  },

  atoms(attrs, [x], channels) {
    const input = channels.shape(0);
    return [regroup(x!, input, this.infer(attrs, [input])[0]!, channels)];
  },

  cut(attrs, _inputs, [y]) {
    const shape = attrs.shape.map((size, axis) => (size > 0 && y![axis] ? countKept(y![axis], 0, size) : size));
    return { shape };
  },

  macs: () => 0,
  lower: (attrs) => ({ layer: { type: "reshape", ...attrs }, reads: [0] }),
  raise: (layer) => (layer.type === "reshape" ? { attrs: { shape: layer.shape }, constants: [] } : undefined),
});
