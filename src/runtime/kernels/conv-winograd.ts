/** Convolution with stride 1 by Winograd's F(m x m, k x k), with a dilation by phases: assembly/kernels/conv_winograd_f32.ts. */
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
import { type Transform, TRANSFORMS, tapsTransformer } from "./winograd-transforms.js";

/** Bytes of transformed input and output that stay in a second-level cache; those of a filter that do so beside them. */
const CACHED_BYTES = 1024 * 1024;
const CACHED_FILTER_BYTES = 512 * 1024;
/** How often what does not stay there passes between memory and cache: written, which first reads it, and read again. */
const PASSES = 3;
/** Bytes of scratch that are worth less traffic. */
const MOST_BYTES = 10 * 1024 * 1024;

/** Tiles of all phases; each has as many as the first one. */
const tilesOf = ({ oh, ow, dh }: Geometry, m: number) => Math.ceil(oh / (m * dh)) * Math.ceil(ow / (m * dh)) * dh * dh;
const valuesOf = ({ m, k }: Transform) => (m + k - 1) ** 2;

/** Input channels of a group that are read, and output channels of it. */
function channelsOf({ geometry: g, groups, window }: ConvLayer): [inputs: number, outputs: number] {
  return [window?.reads?.length ?? g.ic / groups, g.oc / groups];
}

function winogradKernel(transform: Transform, kernel: Kernel, tile: Tile, suffix: string): ConvKernel {
  const { name, m, k, algorithm, error, inputCost, outputCost } = transform;
  return {
    name: `conv_winograd_${name}_f32_${suffix}`,
    packing: { kind: "winograd", most: tile.most, g: transform.g },
    algorithm,
    error,
    fits({ geometry: g }) {
      if (g.kh !== k || g.kw !== k || g.sh * g.sw !== 1) return false;
      return g.dh === g.dw && g.dh <= Math.min(g.oh, g.ow);
    },
    cost(layer, target) {
      const [inputs, outputs] = channelsOf(layer);
      const tiles = tilesOf(layer.geometry, m);
      const products = valuesOf(transform) * productCost(tile, outputs, inputs, tiles, target);
      const moved =
        valuesOf(transform) * inputs * outputs * WEIGHT_COST + tiles * (inputs * inputCost + outputs * outputCost);
      return layer.geometry.n * layer.groups * (products + moved * pace(target));
    },
    plan: (layer, site) => plan(kernel, transform, tile, layer, site),
  };
}

/** Each transform with both tiles. */
export const convWinograd = TRANSFORMS.flatMap((transform) => [
  winogradKernel(transform, Kernel.ConvWinograd, SPLATS_BY_LOADS, "6x8"),
  winogradKernel(transform, Kernel.ConvWinogradShuffled, SPLATS_BY_SHUFFLES, "4x8s"),
]);

/** Padding below and to the right that covers whole tiles of every phase. */
function coverTiles(g: Geometry, { m, k }: Transform): Geometry {
  const [height, width] = [g.oh, g.ow].map((size) => (Math.ceil(size / (m * g.dh)) * m + k - 1) * g.dh) as [
    number,
    number,
  ];
  // Where the output is cut short the planes reach further than the tiles.
  return { ...g, bottom: Math.max(0, height - g.ih - g.top), right: Math.max(0, width - g.iw - g.left) };
}

function plan(kernel: Kernel, transform: Transform, tile: Tile, layer: ConvLayer, site: Site): void {
  const { m } = transform;
  const { geometry } = layer;
  const [inputs, outputs] = channelsOf(layer);
  const padded = paddedRows(tile, outputs);
  const panelBytes = valuesOf(transform) * 32 * (inputs + padded);
  const panels = Math.ceil(tilesOf(geometry, m) / 8);
  const filterBytes = 4 * valuesOf(transform) * padded * inputs;
  const block = chooseBlock(panels, panelBytes, filterBytes, site.target.threads);
  const g = coverTiles(geometry, transform);
  const share =
    block * (panelBytes + 8 * Winograd.noteBytes) +
    2 * valuesOf(transform) * Winograd.apart +
    Winograd.spareBytes +
    planeBytes(g, transform, block) +
    16;
  planGroups(kernel, g, layer, site, {
    pads: true,
    filter: transformFilter(layer, transform, tile, site),
    filterBytes,
    fields: {
      ...scratchEach(site, share),
      block,
      depth: m,
      ic: inputs,
    },
    channels: layer.window?.reads,
  });
}

/** Bytes of one padded plane, as many rows of it as a block's tiles read. */
function planeBytes(g: Geometry, { m, k }: Transform, block: number): number {
  const apart = g.dh;
  const [down, across] = [Math.ceil(g.oh / (m * apart)), Math.ceil(g.ow / (m * apart))];
  const rows = Math.min(down, Math.ceil((8 * block) / (across * apart * apart)) + 1);
  return 4 * (rows * m + k - 1) * apart * apart * Math.ceil((g.iw + g.left + g.right) / apart);
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
function transformFilter(layer: ConvLayer, transform: Transform, tile: Tile, site: Site): Place {
  const { geometry, groups, filter, window } = layer;
  const [icg, ocg] = channelsOf(layer);
  const [values, taps] = [valuesOf(transform), transform.k ** 2];
  const valueSize = paddedRows(tile, ocg) * icg;
  return site.constants.floats(groups * values * valueSize, (to) => {
    const from = window?.numbers() ?? readWeights(filter);
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
