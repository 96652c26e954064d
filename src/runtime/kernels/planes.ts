/** What the kernels of convolution share: where planes lie, padded input planes, biases, and one step for each image and group. */
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
  /** The kernel reads planes that stand in order only. */
  readonly inOrder?: boolean;
  /** The input channels of a group that the kernel reads; all unless said. Not together with padding that is left to the step in front. */
  readonly channels?: readonly number[] | undefined;
}

const hasPadding = (g: Geometry) => g.top + g.left + g.bottom + g.right > 0;

function offsetTable(indices: readonly number[], planeBytes: number, { constants }: Site): Place {
  const fill = (to: Int32Array) => indices.forEach((index, i) => (to[i] = index * planeBytes));
  return constants.words(indices.length, fill, `planes ${planeBytes} ${indices.join(" ")}`);
}

/** Fields that say where an image's planes of the input lie, of one of equal groups; of these only some `channels`, where they are said. */
export function readPlanes(
  { ic, ih, iw }: Geometry,
  site: Site,
  groups = 1,
  channels?: readonly number[],
): (image: number, group?: number) => Pick<StepFields, "x" | "reads"> {
  const { reads } = site;
  const planeBytes = 4 * ih * iw;
  const icg = ic / groups;
  const each = channels ?? Array.from({ length: icg }, (_, channel) => channel);
  const all = Array.from({ length: groups }, (_, group) => each.map((channel) => group * icg + channel)).flat();
  const indices = reads ? all.map((channel) => reads.indices[channel]!) : channels && all;
  const table = indices && offsetTable(indices, planeBytes, site);
  return (image, group = 0) => {
    const x = behind(site.inputs[0]!.place, image * (reads?.of ?? ic) * planeBytes);
    return table ? { x, reads: behind(table, 4 * group * each.length) } : { x: behind(x, group * icg * planeBytes) };
  };
}

/** Fields that say where an image's planes of the output lie, from plane `first` on, and those of the residual. */
export function writtenPlanes(
  { oc, oh, ow }: Geometry,
  site: Site,
): (image: number, first?: number) => Pick<StepFields, "y" | "z" | "writes"> {
  const { residual, output, writes } = site;
  const planeBytes = 4 * oh * ow;
  const table = writes && offsetTable(writes.indices, planeBytes, site);
  return (image, first = 0) => {
    const bytes = (image * (writes?.of ?? oc) + (table ? 0 : first)) * planeBytes;
    const [y, z] = [behind(output.place, bytes), residual && behind(residual, bytes)];
    return { y, z, ...(table ? { writes: behind(table, 4 * first) } : {}) };
  };
}

/** Steps for the planes of the output that the layer does not write: the residual's, or zeros, clamped. */
export function keepPlanes({ n, oh, ow }: Geometry, site: Site): void {
  const { residual, output, writes, lo, hi } = site;
  if (!writes || writes.indices.length === writes.of) return;
  const written = new Set(writes.indices);
  const left = Array.from({ length: writes.of }, (_, plane) => plane).filter((plane) => !written.has(plane));
  const planeBytes = 4 * oh * ow;
  const table = offsetTable(left, planeBytes, site);
  for (let image = 0; image < n; image++) {
    const bytes = image * writes.of * planeBytes;
    site.step(Kernel.KeepPlanes, {
      y: behind(output.place, bytes),
      z: residual && behind(residual, bytes),
      writes: table,
      oc: left.length,
      ow: oh * ow,
      kh: site.residualIsClamped ? 1 : 0,
      lo,
      hi,
    });
  }
}

/**
 * One step for each image and group, behind one that pads the image's planes where there is padding that the kernel leaves to it.
 * `g` is the layer's geometry with the padding that the kernel wants.
 */
export function planGroups(kernel: Kernel, g: Geometry, layer: ConvLayer, site: Site, plan: ConvPlan): void {
  const { groups } = layer;
  const [icg, ocg] = [g.ic / groups, g.oc / groups];
  const padded = (hasPadding(g) && !plan.pads) || (plan.inOrder && site.reads !== undefined);
  const [height, width] = padded ? [g.ih + g.top + g.bottom, g.iw + g.left + g.right] : [g.ih, g.iw];
  const planes = padded ? site.scratch(4 * g.ic * height * width) : undefined;
  const bias = site.constants.floats(g.oc, (to) => layer.bias && to.set(readWeights(layer.bias)));
  const [read, written] = [readPlanes(g, site, padded ? 1 : groups, plan.channels), writtenPlanes(g, site)];
  if (site.residual) site.mayReplace(site.residual);
  for (let image = 0; image < g.n; image++) {
    if (planes) site.step(Kernel.PadPlanes, { ...stepNumbers(g), ...read(image), y: planes });
    for (let group = 0; group < groups; group++) {
      site.step(kernel, {
        ...stepNumbers({ ...g, ic: icg, oc: ocg, ih: height, iw: width }),
        ...plan.fields,
        ...(planes ? { x: behind(planes, 4 * group * icg * height * width) } : read(image, group)),
        ...written(image, group * ocg),
        f: behind(plan.filter, group * plan.filterBytes),
        b: behind(bias, 4 * group * ocg),
        lo: site.lo,
        hi: site.hi,
      });
    }
  }
  keepPlanes(g, site);
}
