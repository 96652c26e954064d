/** Convolution as a packed matrix product: assembly/kernels/conv_f32.ts. Fits everything. */
import { Abi, Kernel } from "../../../assembly/abi.js";
import type { Geometry } from "../geometry.js";
import { type Place, scratchEach, type Site } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { planGroups } from "./planes.js";
import {
  pace,
  paddedRows,
  panelOffset,
  panelRows,
  productCost,
  SPLATS_BY_LOADS,
  SPLATS_BY_SHUFFLES,
  type Tile,
  WEIGHT_COST,
} from "./tiles.js";

/** Rows of the lowered matrix that are packed at a time, so that a panel of it and one of the filter stay in the nearest cache. */
const DEPTH = 512;
/** Bytes of packed pixels that stay in the second-level cache while the filter streams past. */
const BLOCK_BYTES = 200 * 1024;

/** Multiply-adds of the baseline build that packing one element costs, and beginning and ending a tile's sum of one output element. */
const PACKING_COST = 3;
const OUTPUT_COST = 8;

function gemmKernel(name: string, kernel: Kernel, tile: Tile): ConvKernel {
  return {
    name,
    packing: { kind: "product", most: tile.most },
    algorithm: "product",
    error: 2 ** -20,
    fits: () => true,
    cost({ geometry: g, groups }, target) {
      const depth = (g.ic / groups) * g.kh * g.kw;
      const pixels = g.oh * g.ow;
      const product = productCost(tile, g.oc / groups, depth, pixels, target);
      const ocg = g.oc / groups;
      const moved = pixels * (depth * PACKING_COST + ocg * OUTPUT_COST) + depth * ocg * WEIGHT_COST;
      return g.n * groups * (product + moved * pace(target));
    },
    plan: (layer, site) => plan(kernel, tile, layer, site),
  };
}

export const convGemm6 = gemmKernel("conv_f32_6x8", Kernel.Conv6x8, SPLATS_BY_LOADS);
export const convGemmShuffled = gemmKernel("conv_f32_4x8s", Kernel.Conv4x8Shuffled, SPLATS_BY_SHUFFLES);

function plan(kernel: Kernel, tile: Tile, layer: ConvLayer, site: Site): void {
  const { geometry: g, groups } = layer;
  const [icg, ocg] = [g.ic / groups, g.oc / groups];
  const taps = g.kh * g.kw;
  const passes = Math.ceil((icg * taps) / DEPTH);
  const channels = Math.ceil(icg / passes);
  const panels = Math.ceil((g.oh * g.ow) / Abi.convPanel);
  const block = Math.max(1, Math.min(panels, Math.floor(BLOCK_BYTES / (channels * taps * Abi.convPanel * 4))));
  const tiles = channels < icg ? block * panelRows(tile, ocg).length : 1;
  const share = 4 * block * Abi.convPanel * channels * taps + tiles * Abi.convTileBytes + 64;
  planGroups(kernel, g, layer, site, {
    filter: packFilter(layer, tile, site),
    filterBytes: 4 * paddedRows(tile, ocg) * icg * taps,
    fields: {
      ...scratchEach(site, share),
      table: isPointwise(g) ? undefined : offsets(g, site),
      block,
      depth: channels,
    },
  });
}

/** Whether an output pixel's window is the pixel of the padded plane at its own place. */
function isPointwise(g: Geometry): boolean {
  const whole = g.oh === g.ih + g.top + g.bottom && g.ow === g.iw + g.left + g.right;
  return g.kh * g.kw === 1 && g.sh === 1 && g.sw === 1 && whole;
}

/** [group][panel][pass over the channels][depth][rows]. */
function packFilter({ geometry: g, groups, filter }: ConvLayer, tile: Tile, site: Site): Place {
  const ocg = g.oc / groups;
  const depth = (g.ic / groups) * g.kh * g.kw;
  const groupSize = paddedRows(tile, ocg) * depth;
  return site.constants.floats(groups * groupSize, (to) => {
    const from = readWeights(filter);
    for (let o = 0; o < g.oc; o++) {
      const { first, step } = panelOffset(tile, ocg, depth, o % ocg);
      const at = Math.floor(o / ocg) * groupSize + first;
      spread(from, o * depth, depth, to, at, step);
    }
  });
}

/** A function of its own, for the reason that conv-winograd.ts gives for its transform. */
function spread(from: Float32Array, at: number, count: number, to: Float32Array, first: number, step: number): void {
  for (let k = 0; k < count; k++) to[first + k * step] = from[at + k]!;
}

/** Byte offsets of the taps and of every output pixel's window in the padded plane; layers of one geometry share them. */
function offsets(g: Geometry, site: Site): Place {
  const width = g.iw + g.left + g.right;
  const taps = g.kh * g.kw;
  const pixels = Math.ceil((g.oh * g.ow) / Abi.convPanel) * Abi.convPanel;
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
