/** 3x3 and 5x5 convolution with stride 1 by Winograd's F(m x m, k x k): assembly/kernels/conv_winograd_f32.ts. */
import { Kernel, Winograd } from "../../../assembly/abi.js";
import type { Geometry } from "../geometry.js";
import { type Place, scratchEach, type Site } from "../site.js";
import { readWeights } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { planGroups } from "./planes.js";
import {
  pace,
  paddedRows,
  panelOffset,
  productCost,
  SPLATS_BY_LOADS,
  SPLATS_BY_SHUFFLES,
  type Tile,
  WEIGHT_COST,
} from "./tiles.js";

/** Bytes of transformed input and output that stay in a second-level cache; those of a filter that do so beside them. */
const CACHED_BYTES = 1024 * 1024;
const CACHED_FILTER_BYTES = 512 * 1024;
/** How often what does not stay there passes between memory and cache: written, which first reads it, and read again. */
const PASSES = 3;
/** Bytes of scratch that are worth less traffic. */
const MOST_BYTES = 10 * 1024 * 1024;

/** One size of tile: m x m output pixels from (m + k - 1) x (m + k - 1) input pixels, for windows of k x k. */
interface Transform {
  readonly algorithm: ConvKernel["algorithm"];
  readonly m: 2 | 4;
  readonly k: 3 | 5;
  /** The filter's transform, (m + k - 1) x k. */
  readonly g: readonly (readonly number[])[];
  /** Largest error of an output, relative to the largest sum of the terms' absolute values. */
  readonly error: number;
  /** Multiply-adds of the baseline build that transforming one tile of one channel costs, in and out. */
  readonly inputCost: number;
  readonly outputCost: number;
}

/** Lavin and Gray 2016, sections 4.1 and 4.3. */
const F2: Transform = {
  algorithm: "winograd 2x2",
  m: 2,
  k: 3,
  g: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  error: 2 ** -18,
  inputCost: 100,
  outputCost: 150,
};
const F4: Transform = {
  algorithm: "winograd 4x4",
  m: 4,
  k: 3,
  g: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  error: 2 ** -16,
  inputCost: 400,
  outputCost: 500,
};

/** The powers of the points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, scaled as the other two transforms want. */
const F4_5X5: Transform = {
  algorithm: "winograd 5x5",
  m: 4,
  k: 5,
  g: [
    [1, 0, 0, 0, 0],
    ...[1, -1].map((point) => powers(point, -2 / 9)),
    ...[2, -2].map((point) => powers(point, 1 / 90)),
    ...[1 / 2, -1 / 2].map((point) => powers(point, 4 / 45)),
    [0, 0, 0, 0, 1],
  ],
  error: 2 ** -15,
  inputCost: 700,
  outputCost: 750,
};

function powers(point: number, scale: number): number[] {
  return [0, 1, 2, 3, 4].map((power) => scale * point ** power);
}

const tilesOf = (g: Geometry, m: number) => Math.ceil(g.oh / m) * Math.ceil(g.ow / m);
const valuesOf = ({ m, k }: Transform) => (m + k - 1) ** 2;

function winogradKernel(name: string, kernel: Kernel, transform: Transform, tile: Tile): ConvKernel {
  const { m, k, algorithm, error, inputCost, outputCost } = transform;
  return {
    name,
    packing: { kind: "winograd", most: tile.most, g: transform.g },
    algorithm,
    error,
    fits: ({ geometry: g }) => g.kh === k && g.kw === k && g.sh === 1 && g.sw === 1 && g.dh === 1 && g.dw === 1,
    cost({ geometry: g, groups }, target) {
      const [icg, ocg] = [g.ic / groups, g.oc / groups];
      const tiles = tilesOf(g, m);
      const products = valuesOf(transform) * productCost(tile, ocg, icg, tiles, target);
      const moved = valuesOf(transform) * icg * ocg * WEIGHT_COST + tiles * (icg * inputCost + ocg * outputCost);
      return g.n * groups * (products + moved * pace(target));
    },
    plan: (layer, site) => plan(kernel, transform, tile, layer, site),
  };
}

export const convWinograd4 = winogradKernel("conv_winograd_4x4_f32_6x8", Kernel.ConvWinograd4, F4, SPLATS_BY_LOADS);
export const convWinograd4Shuffled = winogradKernel(
  "conv_winograd_4x4_f32_4x8s",
  Kernel.ConvWinograd4Shuffled,
  F4,
  SPLATS_BY_SHUFFLES,
);
export const convWinograd2 = winogradKernel("conv_winograd_2x2_f32_6x8", Kernel.ConvWinograd2, F2, SPLATS_BY_LOADS);
export const convWinograd2Shuffled = winogradKernel(
  "conv_winograd_2x2_f32_4x8s",
  Kernel.ConvWinograd2Shuffled,
  F2,
  SPLATS_BY_SHUFFLES,
);

export const convWinograd5x5 = winogradKernel(
  "conv_winograd_5x5_f32_6x8",
  Kernel.ConvWinograd4,
  F4_5X5,
  SPLATS_BY_LOADS,
);
export const convWinograd5x5Shuffled = winogradKernel(
  "conv_winograd_5x5_f32_4x8s",
  Kernel.ConvWinograd4Shuffled,
  F4_5X5,
  SPLATS_BY_SHUFFLES,
);

/** Padding below and to the right that covers whole tiles. */
function coverTiles(g: Geometry, { m, k }: Transform): Geometry {
  const [height, width] = [Math.ceil(g.oh / m) * m + k - 1, Math.ceil(g.ow / m) * m + k - 1];
  // Where the output is cut short the planes reach further than the tiles.
  return { ...g, bottom: Math.max(0, height - g.ih - g.top), right: Math.max(0, width - g.iw - g.left) };
}

function plan(kernel: Kernel, transform: Transform, tile: Tile, layer: ConvLayer, site: Site): void {
  const { m } = transform;
  const { geometry, groups } = layer;
  const [icg, ocg] = [geometry.ic / groups, geometry.oc / groups];
  const padded = paddedRows(tile, ocg);
  const panelBytes = valuesOf(transform) * 32 * (icg + padded);
  const panels = Math.ceil(tilesOf(geometry, m) / 8);
  const filterBytes = 4 * valuesOf(transform) * padded * icg;
  const block = chooseBlock(panels, panelBytes, filterBytes, site.target.threads);
  const g = coverTiles(geometry, transform);
  const share =
    block * (panelBytes + 8 * Winograd.noteBytes) +
    2 * valuesOf(transform) * Winograd.apart +
    Winograd.spareBytes +
    planeBytes(g, transform, block);
  planGroups(kernel, g, layer, site, {
    pads: true,
    filter: transformFilter(layer, transform, tile, site),
    filterBytes,
    fields: { ...scratchEach(site, share), block },
  });
}

/** Bytes of one padded plane, as many rows of it as a block's tiles read. */
function planeBytes(g: Geometry, { m, k }: Transform, block: number): number {
  const rows = Math.min(Math.ceil(g.oh / m), Math.ceil((8 * block) / Math.ceil(g.ow / m)) + 1);
  return 4 * (rows * m + k - 1) * (g.iw + g.left + g.right);
}

/**
 * Panels of tiles to transform at a time, for the least traffic with memory: each block streams the filter once, and what is
 * transformed in a large one leaves the cache in between.
 */
function chooseBlock(panels: number, panelBytes: number, filterBytes: number, threads: number): number {
  const streamed = filterBytes > CACHED_FILTER_BYTES ? filterBytes : 0;
  const traffic = (block: number) => {
    const spilled = block * panelBytes > CACHED_BYTES ? PASSES * panels * panelBytes : 0;
    return streamed * Math.ceil(panels / block) + spilled;
  };
  const most = Math.max(1, Math.min(panels, Math.floor(MOST_BYTES / threads / panelBytes)));
  let best = Math.max(1, Math.min(most, Math.floor(CACHED_BYTES / panelBytes)));
  for (let block = best; block <= most; block++) if (traffic(block) < traffic(best)) best = block;
  return best;
}

/** G w G^T of every filter, in float64, as [group][value][panel][ic][rows]. */
function transformFilter({ geometry, groups, filter }: ConvLayer, transform: Transform, tile: Tile, site: Site): Place {
  const [icg, ocg] = [geometry.ic / groups, geometry.oc / groups];
  const [values, taps] = [valuesOf(transform), transform.k ** 2];
  const valueSize = paddedRows(tile, ocg) * icg;
  return site.constants.floats(groups * values * valueSize, (to) => {
    const from = readWeights(filter);
    const transformTaps = tapsTransformer(transform);
    for (let o = 0; o < geometry.oc; o++) {
      const { first, step } = panelOffset(tile, ocg, icg, o % ocg);
      const at = Math.floor(o / ocg) * values * valueSize + first;
      for (let c = 0; c < icg; c++) {
        transformTaps(from, (o * icg + c) * taps, to, at + c * step, valueSize);
      }
    }
  });
}

/** Reads a filter's taps behind `at` and writes its values from `first` on, each `apart` behind the one before. */
type TapsTransformer = (w: Float32Array, at: number, to: Float32Array, first: number, apart: number) => void;

/**
 * The transform of one filter, which a network has thousands of. An engine that has not compiled a loop yet makes an object of every
 * float that it touches; so all loops stand in a function that is called, and compiled, often.
 */
function tapsTransformer({ k, g }: Transform): TapsTransformer {
  const n = g.length;
  const flat = Float64Array.from(g.flat());
  if (k === 3) return transformerOf3(flat, n);
  const half = new Float64Array(k);
  return (w, at, to, first, apart) => {
    for (let i = 0, v = first; i < n; i++) {
      for (let column = 0; column < k; column++) {
        half[column] = 0;
        for (let row = 0; row < k; row++) half[column]! += flat[i * k + row]! * w[at + row * k + column]!;
      }
      for (let j = 0; j < n; j++, v += apart) {
        let sum = 0;
        for (let column = 0; column < k; column++) sum += half[column]! * flat[j * k + column]!;
        to[v] = sum;
      }
    }
  };
}

/** The same sums in the same order, with the inner loops written out. */
function transformerOf3(g: Float64Array, n: number): TapsTransformer {
  return (w, at, to, first, apart) => {
    const w0 = w[at]!;
    const w1 = w[at + 1]!;
    const w2 = w[at + 2]!;
    const w3 = w[at + 3]!;
    const w4 = w[at + 4]!;
    const w5 = w[at + 5]!;
    const w6 = w[at + 6]!;
    const w7 = w[at + 7]!;
    const w8 = w[at + 8]!;
    for (let i = 0, v = first; i < 3 * n; i += 3) {
      const a = g[i]!;
      const b = g[i + 1]!;
      const c = g[i + 2]!;
      const x = a * w0 + b * w3 + c * w6;
      const y = a * w1 + b * w4 + c * w7;
      const z = a * w2 + b * w5 + c * w8;
      for (let j = 0; j < 3 * n; j += 3, v += apart) to[v] = x * g[j]! + y * g[j + 1]! + z * g[j + 2]!;
    }
  };
}
