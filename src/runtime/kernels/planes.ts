/** What the kernels of dense convolution share: padded input planes, biases, and one step for each image and group. */
import { Kernel } from "../../../assembly/abi.js";
import { type Geometry, stepNumbers } from "../geometry.js";
import { behind, type Place, type Site, type StepFields } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvLayer } from "./convolution.js";

/** What a kernel adds to the steps: its filter, its scratch. */
export interface ConvPlan {
  readonly filter: Place;
  /** Bytes of it for each group. */
  readonly filterBytes: number;
  readonly fields: StepFields;
  /** The kernel pads by itself. */
  readonly pads?: boolean;
}

const hasPadding = (g: Geometry) => g.top + g.left + g.bottom + g.right > 0;

/**
 * One step for each image and group, behind one that pads the image's planes where there is padding that the kernel leaves to it.
 * `g` is the layer's geometry with the padding that the kernel wants.
 */
export function planGroups(kernel: Kernel, g: Geometry, layer: ConvLayer, site: Site, plan: ConvPlan): void {
  const { groups } = layer;
  const [icg, ocg] = [g.ic / groups, g.oc / groups];
  const padded = hasPadding(g) && !plan.pads;
  const [height, width] = padded ? [g.ih + g.top + g.bottom, g.iw + g.left + g.right] : [g.ih, g.iw];
  const planes = padded ? site.scratch(4 * g.ic * height * width) : undefined;
  const bias = site.constants.floats(g.oc, (to) => layer.bias && to.set(readWeights(layer.bias)));
  if (site.residual) site.mayReplace(site.residual);
  for (let image = 0; image < g.n; image++) {
    const x = behind(site.inputs[0]!.place, 4 * image * g.ic * g.ih * g.iw);
    if (planes) site.step(Kernel.PadPlanes, { ...stepNumbers(g), x, y: planes });
    for (let group = 0; group < groups; group++) {
      const output = 4 * (image * g.oc + group * ocg) * g.oh * g.ow;
      site.step(kernel, {
        ...stepNumbers({ ...g, ic: icg, oc: ocg, ih: height, iw: width }),
        ...plan.fields,
        x: behind(planes ?? x, 4 * group * icg * height * width),
        f: behind(plan.filter, group * plan.filterBytes),
        b: behind(bias, 4 * group * ocg),
        z: site.residual && behind(site.residual, output),
        y: behind(site.output.place, output),
        lo: site.lo,
        hi: site.hi,
      });
    }
  }
}
