import { ModelError } from "../../errors.js";
import { formatShape, sizeOf } from "../shape.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const reshape: LayerRule<"reshape"> = {
  inputs: one,
  shape(op, [x]) {
    const copied = op.shape.map((size, axis) => (size === 0 ? (x![axis] ?? 0) : size));
    const known = sizeOf(copied.filter((size) => size !== -1));
    const shape = copied.map((size) => (size === -1 ? sizeOf(x!) / known : size));
    const valid = shape.every((size) => Number.isInteger(size) && size >= 1);
    if (!valid || sizeOf(shape) !== sizeOf(x!) || copied.filter((size) => size === -1).length > 1) {
      throw new ModelError(`${formatShape(x!)} cannot become ${op.shape.join("x")}`);
    }
    return shape;
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: true,
  plan: (_op, site) => site.pick("none", "the same memory under another shape"),
};
