/** The gradient of a convolution's filter: products over pixels, or over tiles in Winograd's domain. */
import { Winograd } from "../../../assembly/abi.js";
import { TrainingKernel } from "../../../assembly/training/abi.js";
import type { Geometry } from "../../runtime/geometry.js";
import { pace, paddedRows, productCost, SPLATS_BY_LOADS } from "../../runtime/kernels/tiles.js";
import type { Target } from "../../runtime/target.js";
import { type ConvBack, geometryFields, isDepthwise } from "./conv-site.js";

/** Chunks of images whose sums are added in order: as many for any number of threads, so that the bits are the same. */
const CHUNKS = 8;

/** One group of a convolution, whose sums a kernel makes for each chunk of images. */
interface Layer {
  readonly geometry: Geometry;
  /** Most images of a chunk. */
  readonly images: number;
}

/** A way to compute the chunks' sums; all leave them alike. */
export interface FilterKernel {
  readonly kernel: TrainingKernel;
  fits(geometry: Geometry): boolean;
  /** Modelled time for a chunk, in multiply-adds of the fastest tile. */
  cost(layer: Layer, target: Target): number;
  /** Bytes of scratch of a thread, and fields of the record. */
  plan(layer: Layer): { readonly scratch: number; readonly block: number; readonly most?: number };
}

export function filterGradient(site: ConvBack, g: Geometry): void {
  const filter = site.parameter(1);
  if (!filter) return;
  const { records, attrs, images, inputs, dy } = site;
  const shared = {
    x: inputs[0]!.place,
    g: dy.place,
    xEach: site.each(inputs[0]!.place),
    gEach: site.each(dy.place),
    images,
  };
  if (isDepthwise(site, g)) {
    const fields = { ...geometryFields(g), ...shared, y: filter.place, mode: filter.mode };
    return records.all(TrainingKernel.DepthwiseFilterGradient, fields);
  }
  const geometry = { ...g, ic: g.ic / attrs.groups, oc: g.oc / attrs.groups };
  const chunks = Math.min(images, CHUNKS);
  const layer = { geometry, images: Math.ceil(images / chunks) };
  const { kernel, plan } = chooseKernel(layer, records.target);
  const { scratch: bytes, ...cuts } = plan(layer);
  const scratch = records.scratch(bytes);
  const sums = records.buffers.add(4 * chunks * attrs.groups * chunkFloats(geometry), false);
  const fields = { ...geometryFields(geometry), groups: attrs.groups, chunks };
  records.all(kernel, { ...fields, ...shared, y: sums, ...cuts, scratch });
  records.all(TrainingKernel.SumFilterGradient, { ...fields, x: sums, y: filter.place, mode: filter.mode });
}

const rowsOfSix = (rows: number) => paddedRows(SPLATS_BY_LOADS, rows);
/** Floats of a chunk's sums of one group. */
export const chunkFloats = (g: Geometry) => g.kh * g.kw * rowsOfSix(g.oc) * Math.ceil(g.ic / 8) * 8;

/** The kernel of least modelled cost; it depends on the layer, the batch and the build only. */
function chooseKernel(layer: Layer, target: Target): FilterKernel {
  const fitting = FILTER_KERNELS.filter(({ fits }) => fits(layer.geometry));
  const costs = fitting.map(({ cost }) => cost(layer, target));
  return fitting[costs.indexOf(Math.min(...costs))]!;
}

/** Bytes of the packed gradient of a block, so that it stays in a cache while the taps pass; and pixels that fill a tile's time. */
const BLOCK_BYTES = 128 * 1024;
const [LEAST_PIXELS, MOST_PIXELS] = [64, 512];

const direct: FilterKernel = {
  kernel: TrainingKernel.FilterGradient,
  fits: () => true,
  cost({ geometry: { ic, oc, oh, ow, kh, kw }, images }, target) {
    const pixels = images * oh * ow;
    const moved = pixels * (kh * kw * ic + 4 * oc);
    return kh * kw * productCost(SPLATS_BY_LOADS, oc, pixels, ic, target) + moved * pace(target);
  },
  plan({ geometry: g, images }) {
    const pixels = Math.min(MOST_PIXELS, Math.max(LEAST_PIXELS, Math.floor(BLOCK_BYTES / (4 * g.oc))));
    const block = Math.max(1, Math.floor(pixels / g.ow));
    return { block, scratch: directBytes(g, block, images) };
  },
};

/** Scratch of a block of output rows, or of the whole images that make one. */
function directBytes(g: Geometry, block: number, images: number): number {
  const together = block >= g.oh ? Math.min(images, Math.max(1, Math.floor(block / g.oh))) : 1;
  const rows = Math.min(block, g.oh);
  const k = together * rows * g.ow;
  const inputRows = (rows - 1) * g.sh + (g.kh - 1) * g.dh + 1;
  const width = (g.ow - 1) * g.sw + (g.kw - 1) * g.dw + 1;
  return 4 * (rowsOfSix(g.oc) * k + 8 * k + 8 * together * inputRows * width) + 256;
}

/** Values of a transformed tile of F(4x4, 3x3). */
const VALUES = 36;
/** Channels of a slice: its products take 2.4 MB. */
const SLICE = 128;
/** Bytes of a block's transformed channels, and the tiles that fill a tile of the product's time. */
const TILE_BYTES = 512 * 1024;
const [LEAST_TILES, MOST_TILES] = [32, 128];
/** Multiply-adds in the time of transforming a tile of one channel, of the input and of the gradient ... */
const INPUT_COST = 300;
const GRADIENT_COST = 200;
/** ... and of beginning and finishing the sums of a chunk, for each pair of channels. Fitted to what docs/kernels.md says. */
const FILTER_COST = 350;

const tileRows = ({ oh }: Geometry) => Math.ceil(oh / 4);
const tileColumns = ({ ow }: Geometry) => Math.ceil(ow / 4);
const roundUp = (count: number, to: number) => Math.ceil(count / to) * to;

const winograd: FilterKernel = {
  kernel: TrainingKernel.WinogradFilterGradient,
  fits: ({ kh, kw, sh, sw, dh, dw }) => kh === 3 && kw === 3 && sh * sw * dh * dw === 1,
  cost({ geometry: g, images }, target) {
    const tiles = images * tileRows(g) * tileColumns(g);
    const [ic, oc] = [roundUp(g.ic, 4), roundUp(g.oc, 4)];
    const transforms = ic * INPUT_COST * Math.ceil(oc / SLICE) + oc * GRADIENT_COST * Math.ceil(ic / SLICE);
    // Panels have 4 output channels only.
    const products = (VALUES * oc * productCost(SPLATS_BY_LOADS, 4, tiles, ic, target)) / 4;
    return products + (tiles * transforms + oc * ic * FILTER_COST) * pace(target);
  },
  plan({ geometry: g, images }) {
    const [oc, ic] = [roundUp(Math.min(SLICE, g.oc), 4), roundUp(Math.min(SLICE, g.ic), 4)];
    const tiles = Math.min(MOST_TILES, Math.max(LEAST_TILES, Math.floor(TILE_BYTES / (4 * VALUES * (ic + oc)))));
    const [rows, columns] = [tileRows(g), tileColumns(g)];
    const block = Math.max(1, Math.floor(tiles / columns));
    const together = Math.min(images, Math.max(1, Math.floor(block / rows)));
    const some = Math.min(rows, block);
    const k = together * some * columns;
    const values = VALUES * (4 * (oc * ic + k * (oc + ic)) + 3 * Winograd.apart);
    const work = 16 * (4 * columns + 2 + 6 * columns * (4 * some + 2));
    return { block, most: SLICE, scratch: values + work };
  },
};

/** THE list of kernels; the first is the one that always fits. */
export const FILTER_KERNELS: readonly FilterKernel[] = [direct, winograd];
