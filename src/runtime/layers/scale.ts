import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { sizeOf } from "../shape.js";
import { behind } from "../site.js";
import { checkVector, readWeights } from "../weights.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const scale: LayerRule<"scale"> = {
  inputs: one,
  shape(op, [x]) {
    if (x!.length < 2) throw new ModelError(`expected an input with 2 axes or more, got ${x!.length}`);
    checkVector(op.scale, "scale", x![1]!);
    checkVector(op.shift, "shift", x![1]!);
    return x!;
  },
  macs: noMacs,
  clamps: true,
  adds: false,
  view: false,
  plan(op, site) {
    const [n, c] = site.output.shape as [number, number];
    const plane = sizeOf(site.output.shape.slice(2));
    const f = site.constants.floats(c, (to) => to.set(readWeights(op.scale)));
    const b = site.constants.floats(c, (to) => to.set(readWeights(op.shift)));
    for (let image = 0; image < n; image++) {
      site.step(Kernel.Scale, {
        x: behind(site.inputs[0]!.place, 4 * image * c * plane),
        y: behind(site.output.place, 4 * image * c * plane),
        f,
        b,
        oc: c,
        ow: plane,
        lo: site.lo,
        hi: site.hi,
      });
    }
    site.mayReplace(site.inputs[0]!.place);
    site.pick("scale_f32", "the only one");
  },
};
