/** Convolution as a packed matrix product: assembly/kernels/conv_f32.ts. Fits everything. */
import { Abi, Kernel } from "../../../assembly/abi.js";
import type { Geometry } from "../geometry.js";
import { type Place, scratchEach, type Site } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvKernel, ConvLayer, FilterPacking } from "./convolution.js";
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

/** What the product multiplies. */
export interface Lowered {
  /** Rows of a group's lowered matrix that are read. */
  readonly depth: number;
  /** Which they are, where not all are. */
  readonly rows: readonly number[] | undefined;
  /** [oc][depth]. */
  numbers(): Float32Array;
}

interface Product {
  readonly packing: FilterPacking;
  /** Undefined for layers that it does not fit. */
  lower(layer: ConvLayer): Lowered | undefined;
}

/** All rows of the lowered matrix. */
function lowerAll({ geometry: g, groups, filter }: ConvLayer): Lowered {
  return { depth: (g.ic / groups) * g.kh * g.kw, rows: undefined, numbers: () => readWeights(filter) };
}

export function gemmKernel(name: string, kernel: Kernel, tile: Tile, { packing, lower }: Product): ConvKernel {
  return {
    name,
    packing,
    algorithm: "product",
    error: 2 ** -20,
    picksPixels: true,
    fits: (layer) => lower(layer) !== undefined,
    cost(layer, target) {
      const { geometry: g, groups } = layer;
      const { depth } = lower(layer)!;
      const pixels = g.oh * g.ow;
      const product = productCost(tile, g.oc / groups, depth, pixels, target);
      const ocg = g.oc / groups;
      const moved = pixels * (depth * PACKING_COST + ocg * OUTPUT_COST) + depth * ocg * WEIGHT_COST;
      return g.n * groups * (product + moved * pace(target));
    },
    plan: (layer, site) => plan(kernel, tile, layer, lower(layer)!, site),
  };
}

const wholeProduct = ({ most }: Tile): Product => ({ packing: { kind: "product", most }, lower: lowerAll });

export const convGemm6 = gemmKernel("conv_f32_6x8", Kernel.Conv6x8, SPLATS_BY_LOADS, wholeProduct(SPLATS_BY_LOADS));
export const convGemmShuffled = gemmKernel(
  "conv_f32_4x8s",
  Kernel.Conv4x8Shuffled,
  SPLATS_BY_SHUFFLES,
  wholeProduct(SPLATS_BY_SHUFFLES),
);

function plan(kernel: Kernel, tile: Tile, layer: ConvLayer, lowered: Lowered, site: Site): void {
  const { geometry: g, groups } = layer;
  const { depth, rows } = lowered;
  const ocg = g.oc / groups;
  // Rows of a list are channels with a tap each, of planes without a size.
  const taps = rows ? 1 : g.kh * g.kw;
  const ic = depth / taps;
  const passes = Math.ceil(depth / DEPTH);
  const channels = Math.ceil(ic / passes);
  const panels = Math.ceil((g.oh * g.ow) / Abi.convPanel);
  const block = Math.max(1, Math.min(panels, Math.floor(BLOCK_BYTES / (channels * taps * Abi.convPanel * 4))));
  const tiles = channels < ic ? block * panelRows(tile, ocg).length : 1;
  const share = 4 * block * Abi.convPanel * channels * taps + tiles * Abi.convTileBytes + 64;
  planGroups(kernel, g, layer, site, {
    filter: packFilter(layer, lowered, tile, site),
    filterBytes: 4 * paddedRows(tile, ocg) * depth,
    inOrder: rows !== undefined,
    fields: {
      ...scratchEach(site, share),
      table: rows || layer.pixels || !isPointwise(g) ? offsets(layer, rows, site) : undefined,
      block,
      depth: channels,
      ...(rows && { ic, ih: 0, kh: 1, kw: 1 }),
    },
  });
}

/** Whether an output pixel's window is the pixel of the padded plane at its own place. */
function isPointwise(g: Geometry): boolean {
  const whole = g.oh === g.ih + g.top + g.bottom && g.ow === g.iw + g.left + g.right;
  return g.kh * g.kw === 1 && g.sh === 1 && g.sw === 1 && whole;
}

/** [group][panel][pass over the channels][depth][rows]. */
function packFilter({ geometry: g, groups }: ConvLayer, { depth, numbers }: Lowered, tile: Tile, site: Site): Place {
  const ocg = g.oc / groups;
  const groupSize = paddedRows(tile, ocg) * depth;
  return site.constants.floats(groups * groupSize, (to) => {
    const from = numbers();
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

/**
 * Byte offsets of the taps, or of the listed rows, and of every output pixel's window in the padded planes; layers of one geometry
 * share those of the taps.
 */
function offsets({ geometry: g, pixels: picked }: ConvLayer, rows: readonly number[] | undefined, site: Site): Place {
  const [height, width] = [g.ih + g.top + g.bottom, g.iw + g.left + g.right];
  const taps = g.kh * g.kw;
  const list = rows ?? Array.from({ length: taps }, (_, tap) => tap);
  const pixels = Math.ceil((g.oh * g.ow) / Abi.convPanel) * Abi.convPanel;
  const { width: across, numbers } = picked ?? { width: g.ow, numbers: undefined };
  const window = [width, g.oh, g.ow, g.kh, g.kw, g.sh, g.sw, g.dh, g.dw];
  const key = rows ? undefined : ["conv", ...window, across, ...(numbers ?? [])].join(" ");
  const fill = (to: Int32Array) => {
    list.forEach((row, i) => {
      const tap = row % taps;
      const down = ((row - tap) / taps) * height + Math.floor(tap / g.kw) * g.dh;
      to[i] = 4 * (down * width + (tap % g.kw) * g.dw);
    });
    for (let i = 0; i < pixels; i++) {
      const last = Math.min(i, g.oh * g.ow - 1);
      const pixel = numbers ? numbers[last]! : last;
      to[list.length + i] = 4 * (Math.floor(pixel / across) * g.sh * width + (pixel % across) * g.sw);
    }
  };
  return site.constants.words(list.length + pixels, fill, key);
}
