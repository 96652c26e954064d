import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { checkIncreasing } from "../lists.js";
import { sizeOf } from "../shape.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const scatter: LayerRule<"scatter"> = {
  inputs: one,
  shape({ axis, indices, size }, [x]) {
    if (x![axis] === undefined) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
    checkIncreasing(indices, "indices", size);
    if (indices.length !== x![axis]) {
      throw new ModelError(`${indices.length} indices for an axis with ${x![axis]} elements`);
    }
    return x!.map((other, i) => (i === axis ? size : other));
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan({ axis, indices, size }, site) {
    const { shape, place } = site.inputs[0]!;
    const inner = sizeOf(shape.slice(axis + 1));
    const fill = (to: Int32Array) => {
      to.fill(-1);
      indices.forEach((index, i) => (to[index] = 4 * inner * i));
    };
    site.step(Kernel.GatherAxis, {
      x: place,
      y: site.output.place,
      table: site.constants.words(size, fill),
      oc: sizeOf(shape.slice(0, axis)),
      ih: indices.length,
      oh: size,
      ow: inner,
      kh: 1,
    });
    site.pick("gather_axis_f32", "the convolution in front of it could not take it over");
  },
};
