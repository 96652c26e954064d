/** Convolution as a packed matrix product: assembly/kernels/conv_f32.ts. Fits everything. */
import { Abi, Kernel } from "../../../assembly/abi.js";
import { type Geometry, stepNumbers } from "../geometry.js";
import { behind, type Place, type Site } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";

/** Bytes of packed pixels that stay in the second-level cache while the filter streams past. */
const BLOCK_BYTES = 200 * 1024;

/** Multiply-adds, in units of one at full rate, that packing one element costs. */
const PACKING_COST = 4;

function gemmKernel(name: string, kernel: Kernel, rows: number, rate: number): ConvKernel {
  return {
    name,
    error: 2 ** -20,
    fits: () => true,
    cost({ geometry: g, groups }) {
      const depth = (g.ic / groups) * g.kh * g.kw;
      const pixels = Math.ceil((g.oh * g.ow) / Abi.convPanel) * Abi.convPanel;
      const computed = Math.ceil(g.oc / groups / rows) * rows;
      return g.n * groups * depth * pixels * (computed / rate + PACKING_COST);
    },
    plan: (layer, site) => plan(kernel, rows, layer, site),
  };
}

/** Rates are relative to the fastest tile, measured in the first-level cache. */
export const convGemm4 = gemmKernel("conv_f32_4x8", Kernel.Conv4x8, 4, 0.93);
export const convGemm5 = gemmKernel("conv_f32_5x8", Kernel.Conv5x8, 5, 1);

function plan(kernel: Kernel, rows: number, layer: ConvLayer, site: Site): void {
  const { geometry: g, groups } = layer;
  const [icg, ocg] = [g.ic / groups, g.oc / groups];
  const depth = icg * g.kh * g.kw;
  const panels = Math.ceil((g.oh * g.ow) / Abi.convPanel);
  const block = Math.max(1, Math.min(panels, Math.floor(BLOCK_BYTES / (depth * Abi.convPanel * 4))));
  const padded = g.top + g.left + g.bottom + g.right > 0;
  const planes = padded ? 4 * icg * (g.ih + g.top + g.bottom) * (g.iw + g.left + g.right) + Abi.slackBytes : 0;
  const scratch = site.scratch(planes + 4 * (block * Abi.convPanel * depth + rows * Abi.convPanel));
  const filter = packFilter(layer, rows, site);
  const bias = packBias(layer, rows, site);
  const table = offsets(g, site);
  const [filterBytes, biasBytes] = [4 * roundUp(ocg, rows) * depth, 4 * roundUp(ocg, rows)];
  for (let image = 0; image < g.n; image++) {
    for (let group = 0; group < groups; group++) {
      const output = 4 * (image * g.oc + group * ocg) * g.oh * g.ow;
      site.step(kernel, {
        ...stepNumbers({ ...g, ic: icg, oc: ocg }),
        x: behind(site.inputs[0]!.place, 4 * (image * g.ic + group * icg) * g.ih * g.iw),
        f: behind(filter, group * filterBytes),
        b: behind(bias, group * biasBytes),
        z: site.residual && behind(site.residual, output),
        y: behind(site.output.place, output),
        scratch,
        table,
        block,
        lo: site.lo,
        hi: site.hi,
      });
    }
  }
}

function roundUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}

/** [group][panel][depth][rows], the last panel of a group filled up with zeros. */
function packFilter({ geometry: g, groups, filter }: ConvLayer, rows: number, site: Site): Place {
  const ocg = g.oc / groups;
  const depth = (g.ic / groups) * g.kh * g.kw;
  const padded = roundUp(ocg, rows);
  return site.constants.floats(groups * padded * depth, (to) => {
    const from = readWeights(filter);
    for (let o = 0; o < g.oc; o++) {
      const [group, row] = [Math.floor(o / ocg), o % ocg];
      const at = (group * padded + row - (row % rows)) * depth + (row % rows);
      for (let k = 0; k < depth; k++) to[at + k * rows] = from[o * depth + k]!;
    }
  });
}

/** One float an output channel, each group filled up to whole panels. */
function packBias({ geometry: g, groups, bias }: ConvLayer, rows: number, site: Site): Place {
  const ocg = g.oc / groups;
  const padded = roundUp(ocg, rows);
  return site.constants.floats(groups * padded, (to) => {
    if (!bias) return;
    readWeights(bias).forEach((value, o) => (to[Math.floor(o / ocg) * padded + (o % ocg)] = value));
  });
}

/** Byte offsets of the taps and of every output pixel's window in the padded plane; layers of one geometry share them. */
function offsets(g: Geometry, site: Site): Place {
  const width = g.iw + g.left + g.right;
  const taps = g.kh * g.kw;
  const pixels = roundUp(g.oh * g.ow, Abi.convPanel);
  const key = ["conv", width, g.oh, g.ow, g.kh, g.kw, g.sh, g.sw, g.dh, g.dw].join(" ");
  const fill = (to: Int32Array) => {
    for (let t = 0; t < taps; t++) to[t] = 4 * (Math.floor(t / g.kw) * g.dh * width + (t % g.kw) * g.dw);
    for (let i = 0; i < pixels; i++) {
      const pixel = Math.min(i, g.oh * g.ow - 1);
      to[taps + i] = 4 * (Math.floor(pixel / g.ow) * g.sh * width + (pixel % g.ow) * g.sw);
    }
  };
  return site.constants.words(taps + pixels, fill, key);
}
