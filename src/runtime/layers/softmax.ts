import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { sizeOf } from "../shape.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const softmax: LayerRule<"softmax"> = {
  inputs: one,
  shape({ axis }, [x]) {
    if (axis >= x!.length) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
    return x!;
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan({ axis, log }, site) {
    const shape = site.output.shape;
    site.step(log ? Kernel.LogSoftmax : Kernel.Softmax, {
      x: site.inputs[0]!.place,
      y: site.output.place,
      oc: sizeOf(shape.slice(0, axis)),
      ic: shape[axis],
      ow: sizeOf(shape.slice(axis + 1)),
    });
    if (!log) site.mayReplace(site.inputs[0]!.place);
    site.pick(log ? "log_softmax_f32" : "softmax_f32", "the only one");
  },
};
