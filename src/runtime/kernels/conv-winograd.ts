/** 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3): assembly/kernels/conv_winograd_f32.ts. */
import { Abi, Kernel } from "../../../assembly/abi.js";
import { type Geometry, stepNumbers } from "../geometry.js";
import { behind, type Place, type Site } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";

/** Values of a transformed tile. */
const VALUES = 36;
/** Zeros behind the bias: as many as the product with most rows begins with. */
const ZEROS = 8;
/** Bytes of transformed input that are worked on at a time. */
const BLOCK_BYTES = 256 * 1024;
/** Multiply-adds, in units of one at full rate, that transforming one tile of one channel costs, in and out. */
const INPUT_COST = 300;
const OUTPUT_COST = 700;

/** G of F(4, 3) (Lavin and Gray 2016, section 4.3). */
const G = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const;

const tilesOf = (g: Geometry) => Math.ceil(g.oh / 4) * Math.ceil(g.ow / 4);
const roundUp = (count: number, multiple: number) => Math.ceil(count / multiple) * multiple;

/** A matrix product of `rows` output channels x `lanes` tiles; its rate relative to the fastest one. */
interface Product {
  readonly kernel: Kernel;
  readonly rows: number;
  readonly lanes: number;
  readonly rate: number;
}

function winogradKernel(name: string, product: Product): ConvKernel {
  const { rows, lanes, rate } = product;
  return {
    name,
    error: 2 ** -16,
    fits: ({ geometry: g }) => g.kh === 3 && g.kw === 3 && g.sh === 1 && g.sw === 1 && g.dh === 1 && g.dw === 1,
    cost({ geometry: g, groups }) {
      const [icg, ocg] = [g.ic / groups, g.oc / groups];
      const tiles = roundUp(tilesOf(g), lanes);
      const products = (VALUES * tiles * icg * roundUp(ocg, rows)) / rate;
      return g.n * groups * (products + tiles * (icg * INPUT_COST + ocg * OUTPUT_COST));
    },
    plan: (layer, site) => plan(product, layer, site),
  };
}

export const convWinograd4 = winogradKernel("conv_winograd_f32_4x8", {
  kernel: Kernel.ConvWinograd4x8,
  rows: 4,
  lanes: 8,
  rate: 0.93,
});
export const convWinograd5 = winogradKernel("conv_winograd_f32_5x8", {
  kernel: Kernel.ConvWinograd5x8,
  rows: 5,
  lanes: 8,
  rate: 1,
});
export const convWinograd8 = winogradKernel("conv_winograd_f32_8x4", {
  kernel: Kernel.ConvWinograd8x4,
  rows: 8,
  lanes: 4,
  rate: 0.84,
});

/** Padding below and to the right that covers whole tiles. */
function coverTiles(g: Geometry): Geometry {
  const [height, width] = [roundUp(g.oh, 4) + 2, roundUp(g.ow, 4) + 2];
  return { ...g, bottom: height - g.ih - g.top, right: width - g.iw - g.left };
}

function plan({ kernel, rows, lanes }: Product, layer: ConvLayer, site: Site): void {
  const { groups } = layer;
  const g = coverTiles(layer.geometry);
  const [icg, ocg] = [g.ic / groups, g.oc / groups];
  const padded = roundUp(ocg, rows);
  const most = Math.ceil(tilesOf(g) / lanes);
  const block = Math.max(1, Math.min(most, Math.floor(BLOCK_BYTES / (VALUES * lanes * 4 * icg))));
  const planes = 4 * icg * (g.ih + g.top + g.bottom) * (g.iw + g.left + g.right) + Abi.slackBytes;
  const products = 2 * VALUES * 64 + 4 * VALUES * block * lanes * (icg + padded);
  const scratch = site.scratch(planes + products + 1024);
  const filter = transformFilter(layer, rows, site);
  const bias = packBias(layer, site);
  for (let image = 0; image < g.n; image++) {
    for (let group = 0; group < groups; group++) {
      const output = 4 * (image * g.oc + group * ocg) * g.oh * g.ow;
      site.step(kernel, {
        ...stepNumbers({ ...g, ic: icg, oc: ocg }),
        x: behind(site.inputs[0]!.place, 4 * (image * g.ic + group * icg) * g.ih * g.iw),
        f: behind(filter, 4 * group * VALUES * padded * icg),
        b: behind(bias, 4 * group * (ocg + ZEROS)),
        z: site.residual && behind(site.residual, output),
        y: behind(site.output.place, output),
        scratch,
        block,
        lo: site.lo,
        hi: site.hi,
      });
    }
  }
}

/** G w G^T of every filter, in float64, as [group][value][panel][ic][rows]. */
function transformFilter({ geometry: g, groups, filter }: ConvLayer, rows: number, site: Site): Place {
  const [icg, ocg] = [g.ic / groups, g.oc / groups];
  const padded = roundUp(ocg, rows);
  return site.constants.floats(groups * VALUES * padded * icg, (to) => {
    const from = readWeights(filter);
    for (let o = 0; o < g.oc; o++) {
      const [group, row] = [Math.floor(o / ocg), o % ocg];
      const panel = (row - (row % rows)) * icg + (row % rows);
      for (let c = 0; c < icg; c++) {
        const at = (o * icg + c) * 9;
        transformTaps(from.subarray(at, at + 9)).forEach((value, v) => {
          to[(group * VALUES + v) * padded * icg + panel + c * rows] = value;
        });
      }
    }
  });
}

function transformTaps(w: Float32Array): Float64Array {
  const half = new Float64Array(18);
  for (let i = 0; i < 6; i++) {
    for (let k = 0; k < 3; k++) half[i * 3 + k] = G[i]![0] * w[k]! + G[i]![1] * w[3 + k]! + G[i]![2] * w[6 + k]!;
  }
  const values = new Float64Array(VALUES);
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      values[i * 6 + j] = half[i * 3]! * G[j]![0] + half[i * 3 + 1]! * G[j]![1] + half[i * 3 + 2]! * G[j]![2];
    }
  }
  return values;
}

/** Each group's bias, then the zeros that the products begin with. */
function packBias({ geometry: g, groups, bias }: ConvLayer, site: Site): Place {
  const ocg = g.oc / groups;
  return site.constants.floats(groups * (ocg + ZEROS), (to) => {
    if (bias) readWeights(bias).forEach((value, o) => (to[Math.floor(o / ocg) * (ocg + ZEROS) + (o % ocg)] = value));
  });
}
