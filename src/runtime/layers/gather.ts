import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { LIMITS } from "../limits.js";
import { sizeOf } from "../shape.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const gather: LayerRule<"gather"> = {
  inputs: one,
  shape({ axis, indices }, [x]) {
    const size = x![axis];
    if (size === undefined) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
    if (indices.length < 1 || indices.length > LIMITS.size || indices.some((index) => index >= size)) {
      throw new ModelError(`takes ${indices.length} elements, up to ${maximum(indices)}, of an axis with ${size}`);
    }
    return x!.map((other, i) => (i === axis ? indices.length : other));
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan({ axis, indices }, site) {
    const { shape, place } = site.inputs[0]!;
    const inner = sizeOf(shape.slice(axis + 1));
    site.step(Kernel.GatherAxis, {
      x: place,
      y: site.output.place,
      table: site.constants.words(indices.length, (to) => indices.forEach((index, i) => (to[i] = 4 * inner * index))),
      oc: sizeOf(shape.slice(0, axis)),
      ih: shape[axis]!,
      oh: indices.length,
      ow: inner,
    });
    site.pick("gather_axis_f32", "the only one");
  },
};

const maximum = (numbers: readonly number[]) => numbers.reduce((most, n) => Math.max(most, n), 0);
