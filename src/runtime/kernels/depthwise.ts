/** Depthwise convolution: assembly/kernels/depthwise_f32.ts and depthwise_3x3_f32.ts. */
import { Kernel } from "../../../assembly/abi.js";
import { coverWindows, planeScratch, stepNumbers } from "../geometry.js";
import { sizeOf } from "../shape.js";
import { behind, type Place, type Site } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";

/** Multiply-adds per output that the tile's loads cost besides its own: generic taps, and 9 taps in registers. */
const GENERIC_RATE = 0.35;
const REGISTER_RATE = 0.8;

const isDepthwise = ({ geometry: g, groups, filter }: ConvLayer) => groups === g.ic && filter.shape[1] === 1;

const work = ({ geometry: g }: ConvLayer) => g.n * g.oc * g.oh * Math.ceil(g.ow / 4) * 4 * g.kh * g.kw;

/** Any kernel, stride, dilation and multiplier. */
export const depthwise: ConvKernel = {
  name: "depthwise_f32",
  error: 2 ** -20,
  fits: (layer) => isDepthwise(layer),
  cost: (layer) => work(layer) / GENERIC_RATE,
  plan: (layer, site) => plan(Kernel.Depthwise, layer, site),
};

/** 3x3, stride 1 or 2 both ways, no dilation, as many outputs as inputs. */
export const depthwise3x3: ConvKernel = {
  name: "depthwise_3x3_f32",
  error: 2 ** -20,
  fits(layer) {
    const { geometry: g } = layer;
    const square = g.kh === 3 && g.kw === 3 && g.dh === 1 && g.dw === 1 && g.sh === g.sw && g.sh <= 2;
    return square && g.oc === g.ic && isDepthwise(layer);
  },
  cost: (layer) => work(layer) / REGISTER_RATE,
  plan(layer, site) {
    plan(layer.geometry.sh === 1 ? Kernel.Depthwise3x3S1 : Kernel.Depthwise3x3S2, layer, site);
  },
};

function plan(kernel: Kernel, layer: ConvLayer, site: Site): void {
  const { filter, bias } = layer;
  const g = coverWindows(layer.geometry);
  const f = site.constants.floats(g.oc * g.kh * g.kw, (to) => to.set(readWeights(filter)));
  const b = site.constants.floats(g.oc, (to) => bias && to.set(readWeights(bias)));
  const scratch = site.scratch(planeScratch(g));
  const { lo, hi } = site.residual ? { lo: -Infinity, hi: Infinity } : site;
  for (let image = 0; image < g.n; image++) {
    site.step(kernel, {
      ...stepNumbers(g),
      x: behind(site.inputs[0]!.place, 4 * image * g.ic * g.ih * g.iw),
      y: behind(site.output.place, 4 * image * g.oc * g.oh * g.ow),
      f,
      b,
      scratch,
      lo,
      hi,
    });
  }
  if (site.residual) addResidual(site.residual, site);
}

/** The kernels themselves add nothing: one more step over the whole output. */
function addResidual(residual: Place, site: Site): void {
  const { place, shape } = site.output;
  site.step(Kernel.Add, { x: place, f: residual, y: place, ow: sizeOf(shape), lo: site.lo, hi: site.hi });
}
