/** Convolutions that compute some of their pixels: assembly/kernels/expand_f32.ts fills up the others. */
import { Kernel } from "../../../assembly/abi.js";
import { type Computed, nearestComputed } from "../positions.js";
import type { Site } from "../site.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";

/** Lets a kernel compute everything into scratch memory, and copies the value of the nearest computed pixel to each. */
export function planPerforated(kernel: ConvKernel, layer: ConvLayer, computed: Computed, site: Site): void {
  const { n, oc, oh, ow } = layer.geometry;
  const [planes, pixels] = [n * oc, oh * ow];
  const place = site.scratch(4 * planes * pixels);
  const output = { shape: site.output.shape, place };
  kernel.plan(layer, { ...site, output, residual: undefined, lo: -Infinity, hi: Infinity });
  const fill = (to: Int32Array) =>
    nearestComputed(computed, oh, ow).forEach((nearest, pixel) => (to[pixel] = 4 * computed.pixels[nearest]!));
  if (site.residual) site.mayReplace(site.residual);
  site.step(Kernel.Expand, {
    x: place,
    y: site.output.place,
    z: site.residual,
    table: site.constants.words(pixels, fill),
    oc: planes,
    iw: pixels,
    ow: pixels,
    lo: site.lo,
    hi: site.hi,
  });
}
