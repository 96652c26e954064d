import { ModelError } from "../../errors.js";
import { planCopy } from "../copy.js";
import { stridesOf } from "../shape.js";
import { type LayerRule, noMacs, one } from "./layer.js";

export const transpose: LayerRule<"transpose"> = {
  inputs: one,
  shape({ permutation }, [x]) {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== x!.length || sorted.some((axis, i) => axis !== i)) {
      throw new ModelError(`[${permutation.join(", ")}] is not a permutation of ${x!.length} axes`);
    }
    return permutation.map((axis) => x![axis]!);
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan({ permutation }, site) {
    const { shape, place } = site.inputs[0]!;
    const [strides, output] = [stridesOf(shape), site.output.shape];
    planCopy(
      site,
      { place, first: 0, strides: permutation.map((axis) => strides[axis]!) },
      { place: site.output.place, first: 0, strides: stridesOf(output) },
      output,
    );
    site.pick("copy_f32", "the only one");
  },
};
