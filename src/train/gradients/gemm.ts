/** Dense layer over a batch: three matrix products. */
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { ModelError } from "../../errors.js";
import { formatShape, sizeOf } from "../../graph/graph.js";
import { defineGradient, type NodeSite } from "./gradient.js";
import { biasGradient } from "./pieces.js";

function sizes({ inputs }: NodeSite<object>): { ic: number; oc: number } {
  const [oc, ic] = inputs[1]!.shape as [number, number];
  if (sizeOf(inputs[0]!.shape) === ic) return { ic, oc };
  const came = formatShape(inputs[0]!.shape);
  throw new ModelError(`trains on one row of ${ic} features an image, the input has ${came}; flatten it first`);
}

export const gemm = defineGradient<object>({
  parameters: { 1: "weight", 2: "bias" },
  clamps: false,

  forward(site) {
    const { records, images, inputs, output } = site;
    const { ic, oc } = sizes(site);
    const [x, w, z] = inputs.map(({ place }) => place);
    const scratch = records.scratch(4 * ic * (images + 6 + 8) + 256);
    const each = { xEach: site.each(x!), yEach: site.each(output.place) };
    records.all(TrainingKernel.DenseForward, { x, w, z, y: output.place, ic, oc, images, ...each, scratch });
    records.barrier();
  },

  backward(site) {
    const { records, images, inputs, dy } = site;
    const { ic, oc } = sizes(site);
    const [x, w] = inputs.map(({ place }) => place);
    const filter = site.parameter(1);
    const common = { g: dy.place, gEach: site.each(dy.place), ic, oc, images };
    if (filter) {
      const scratch = records.scratch(24 * images + 256);
      const fields = { ...common, x, xEach: site.each(x!), y: filter.place, mode: filter.mode, scratch };
      records.all(TrainingKernel.DenseFilterGradient, fields);
    }
    const bias = site.parameter(2);
    if (bias) biasGradient(site, bias, oc, 1);
    site.gradient(0, (y, z) => {
      const scratch = records.scratch(24 * oc + 256);
      records.all(TrainingKernel.DenseDataGradient, { ...common, w, y, z, yEach: site.each(y), scratch });
      records.barrier();
    });
  },
});
