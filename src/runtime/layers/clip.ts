import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { sizeOf } from "../shape.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const clip: LayerRule<"clip"> = {
  inputs: one,
  shape(op, [x]) {
    if (!(op.min <= op.max)) throw new ModelError(`clips to between ${op.min} and ${op.max}`);
    return x!;
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan(op, site) {
    site.step(Kernel.Clip, {
      x: site.inputs[0]!.place,
      y: site.output.place,
      ow: sizeOf(site.output.shape),
      lo: op.min,
      hi: op.max,
    });
    site.mayReplace(site.inputs[0]!.place);
    site.pick("clip_f32", "no layer in front of it could take it over");
  },
};
