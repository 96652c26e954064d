/** Depthwise convolution: assembly/kernels/depthwise_f32.ts and depthwise_rows_f32.ts. */
import { Kernel } from "../../../assembly/abi.js";
import { coverWindows, type Geometry, stepNumbers } from "../geometry.js";
import { scratchEach, type Site } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { readPlanes, writtenPlanes } from "./planes.js";

/** Multiply-adds, of one at the matrix product's full rate, that a vector of taps takes: any window, and unrolled ones. */
const GENERIC_RATE = 0.35;
const UNROLLED_RATE = 0.6;

const isDepthwise = ({ geometry: g, groups, filter }: ConvLayer) => groups === g.ic && filter.shape[1] === 1;

const work = ({ geometry: g }: ConvLayer) => g.n * g.oc * g.oh * Math.ceil(g.ow / 4) * 4 * g.kh * g.kw;

/** Any kernel, stride, dilation and multiplier. */
export const depthwise: ConvKernel = {
  name: "depthwise_f32",
  packing: { kind: "plain" },
  algorithm: "depthwise",
  error: 2 ** -20,
  fits: (layer) => isDepthwise(layer),
  cost: (layer) => work(layer) / GENERIC_RATE,
  plan: (layer, site) => plan(Kernel.Depthwise, layer, site),
};

/** 3x3 and 5x5, stride 1 or 2 both ways, no dilation, as many outputs as inputs. */
export const depthwiseRows: ConvKernel = {
  name: "depthwise_rows_f32",
  packing: { kind: "plain" },
  algorithm: "depthwise",
  error: 2 ** -20,
  fits(layer) {
    const { geometry: g } = layer;
    const window = g.kh === g.kw && (g.kh === 3 || g.kh === 5) && g.dh === 1 && g.dw === 1;
    return window && g.sh === g.sw && g.sh <= 2 && g.oc === g.ic && isDepthwise(layer);
  },
  cost: (layer) => work(layer) / UNROLLED_RATE,
  plan: (layer, site) => plan(Kernel.DepthwiseRows, layer, site),
};

/** Bytes of one padded plane that is read in whole vectors; with stride 2 the halves of its rows are filled up to vectors. */
function planeBytes(g: Geometry): number {
  const width = g.iw + g.left + g.right + (g.sw === 2 ? 15 : 0);
  return 4 * (g.ih + g.top + g.bottom) * width + 32 * g.sw + 64;
}

function plan(kernel: Kernel, layer: ConvLayer, site: Site): void {
  const { filter, bias } = layer;
  const g = coverWindows(layer.geometry);
  const f = site.constants.floats(g.oc * g.kh * g.kw, (to) => to.set(readWeights(filter)));
  const b = site.constants.floats(g.oc, (to) => bias && to.set(readWeights(bias)));
  const scratch = scratchEach(site, planeBytes(g));
  const [read, written] = [readPlanes(g, site), writtenPlanes(g, site)];
  for (let image = 0; image < g.n; image++) {
    site.step(kernel, {
      ...stepNumbers(g),
      ...read(image),
      ...written(image),
      f,
      b,
      ...scratch,
      lo: site.lo,
      hi: site.hi,
    });
  }
}
