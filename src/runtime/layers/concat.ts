import { ModelError } from "../../errors.js";
import { planCopy } from "../copy.js";
import { LIMITS } from "../limits.js";
import { formatShape, sizeOf } from "../shape.js";
import type { Place } from "../site.js";
import { type LayerRule, noMacs } from "./layer.js";

export const concat: LayerRule<"concat"> = {
  inputs: () => ({ least: 1, most: LIMITS.count }),
  shape({ axis }, inputs) {
    const [first] = inputs;
    if (axis >= first!.length) throw new ModelError(`axis ${axis} of an input with ${first!.length} axes`);
    for (const shape of inputs) {
      if (shape.length !== first!.length || shape.some((size, i) => i !== axis && size !== first![i])) {
        throw new ModelError(`${formatShape(shape)} cannot follow ${formatShape(first!)} along axis ${axis}`);
      }
    }
    const total = inputs.reduce((sum, shape) => sum + shape[axis]!, 0);
    return first!.map((size, i) => (i === axis ? total : size));
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan({ axis }, site) {
    const output = site.output.shape;
    const outer = sizeOf(output.slice(0, axis));
    const inner = sizeOf(output.slice(axis + 1));
    const isThere = (place: Place) => place.region === "value" && place.value === site.output.place.value;
    let first = 0;
    for (const { shape, place } of site.inputs) {
      const run = shape[axis]! * inner;
      const to = { place: site.output.place, first, strides: [output[axis]! * inner, 1] };
      if (!isThere(place)) planCopy(site, { place, first: 0, strides: [run, 1] }, to, [outer, run]);
      first += run;
    }
    const copies = site.inputs.filter(({ place }) => !isThere(place)).length;
    if (copies === 0) site.pick("none", "its inputs are computed where they belong");
    else site.pick("copy_f32", "the only one");
  },
};
