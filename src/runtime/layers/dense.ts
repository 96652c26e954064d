import { Abi, Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { formatShape, sizeOf } from "../shape.js";
import { behind } from "../site.js";
import { checkVector, checkWeights, readWeights, storedCount } from "../weights.js";
import { type LayerRule, one } from "./layer.js";

export const dense: LayerRule<"dense"> = {
  inputs: one,
  shape(op, [x]) {
    checkWeights(op.filter, "filter", 2);
    const [out, width] = op.filter.shape as [number, number];
    if (x!.at(-1) !== width) {
      throw new ModelError(`filter wants ${width} input features, input has shape ${formatShape(x!)}`);
    }
    checkVector(op.bias, "bias", out);
    return [...x!.slice(0, -1), out];
  },
  macs: (op, [x]) => (sizeOf(x!) / op.filter.shape[1]!) * storedCount(op.filter),
  clamps: true,
  adds: true,
  view: false,
  plan(op, site) {
    const [out, width] = op.filter.shape as [number, number];
    const panels = Math.ceil(out / Abi.densePanel);
    const f = site.constants.floats(panels * Abi.densePanel * width, (to) => {
      const from = readWeights(op.filter);
      for (let o = 0; o < out; o++) {
        const at = Math.floor(o / Abi.densePanel) * Abi.densePanel * width + (o % Abi.densePanel);
        for (let k = 0; k < width; k++) to[at + k * Abi.densePanel] = from[o * width + k]!;
      }
    });
    const b = site.constants.floats(panels * Abi.densePanel, (to) => op.bias && to.set(readWeights(op.bias)));
    const rows = sizeOf(site.inputs[0]!.shape) / width;
    for (let row = 0; row < rows; row++) {
      site.step(Kernel.Dense, {
        x: behind(site.inputs[0]!.place, 4 * row * width),
        y: behind(site.output.place, 4 * row * out),
        z: site.residual && behind(site.residual, 4 * row * out),
        f,
        b,
        ic: width,
        oc: out,
        lo: site.lo,
        hi: site.hi,
      });
    }
    // The panels of one row reach into the next one.
    if (site.residual && rows === 1) site.mayReplace(site.residual);
    site.pick("dense_f32", "the only one");
  },
};
