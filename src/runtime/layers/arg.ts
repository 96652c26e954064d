import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { sizeOf } from "../shape.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const arg: LayerRule<"arg"> = {
  inputs: one,
  shape({ axis, keepDims }, [x]) {
    if (axis >= x!.length) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
    return keepDims ? x!.map((size, i) => (i === axis ? 1 : size)) : x!.filter((_, i) => i !== axis);
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan({ axis, last, smallest }, site) {
    const { shape, place } = site.inputs[0]!;
    site.step(Kernel.Arg, {
      x: place,
      y: site.output.place,
      oc: sizeOf(shape.slice(0, axis)),
      ic: shape[axis],
      ow: sizeOf(shape.slice(axis + 1)),
      kh: Number(smallest),
      kw: Number(last),
    });
    site.pick("arg_f32", "the only one");
  },
};
