/**
 * Convolution: the engine's kernels forward and, where the stride is 1, for the gradient of the input too, which is a convolution
 * of the output's gradient with the filter turned around; the filter's gradient by products over pixels.
 */
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { sizeOf } from "../../graph/graph.js";
import type { ConvAttrs } from "../../ops/conv.js";
import { coverWindows, type Geometry, geometryOf } from "../../runtime/geometry.js";
import type { ConvLayer } from "../../runtime/kernels/convolution.js";
import { ALL_KEPT } from "../../runtime/mask.js";
import type { Place } from "../../runtime/site.js";
import { NO_CLAMP, type PlannedConvolution, type Value } from "../records.js";
import { type BackwardSite, defineGradient, type NodeSite } from "./gradient.js";
import { biasGradient, copyOrZero } from "./pieces.js";

type Site = NodeSite<ConvAttrs>;
type Back = BackwardSite<ConvAttrs, unknown>;

const geometryFor = ({ attrs, inputs }: Site): Geometry => {
  const [oc, , kh, kw] = inputs[1]!.shape as [number, number, number, number];
  return geometryOf(inputs[0]!.shape, oc, [kh, kw], attrs);
};

const isDepthwise = ({ attrs }: Site, g: Geometry) => attrs.groups === g.ic && attrs.groups > 1;

/** A layer whose numbers are packed by records, so that what stands there at first does not matter. */
function emptyLayer(geometry: Geometry, groups: number): ConvLayer {
  const shape = [geometry.oc, geometry.ic / groups, geometry.kh, geometry.kw];
  const filter = { shape, encoding: "f32" as const, data: new Uint8Array(4 * sizeOf(shape)), ...ALL_KEPT };
  return { geometry, groups, filter, bias: undefined };
}

/** Packs a parameter for a planned convolution before anything else runs; `turned` for the gradient of the input. */
function pack(site: Site, w: Place, { filter, packing }: PlannedConvolution, layer: ConvLayer, turned: boolean): void {
  const { records } = site;
  const { geometry: g, groups } = layer;
  const taps = g.kh * g.kw;
  if (packing.kind === "sparse") throw new Error("training's filters are dense");
  if (packing.kind === "plain") {
    // Forward, the kernel reads the parameter itself.
    if (turned) records.prepare(TrainingKernel.ReverseTaps, { w, y: filter, oc: g.oc, count: taps });
    return;
  }
  const fields = { w, y: filter, groups, oc: g.oc / groups, ic: g.ic / groups, count: taps, most: packing.most };
  const mode = turned ? 1 : 0;
  if (packing.kind === "product") return records.prepare(TrainingKernel.PackProduct, { ...fields, mode });
  const rows = packing.g;
  const table = records.constants.floats(rows.length * g.kh, (to) => to.set(rows.flat()), `winograd ${rows.length}`);
  const scratch = records.scratch(4 * rows.length * (rows.length + g.kh));
  records.prepare(TrainingKernel.PackWinograd, { ...fields, mode, table, scratch, block: rows.length, kh: g.kh });
}

export const conv = defineGradient<ConvAttrs>({
  parameters: { 1: "weight", 2: "bias" },
  clamps: true,

  forward(site) {
    const { records, inputs, output, clamp } = site;
    const g = geometryFor(site);
    const layer = emptyLayer(g, site.attrs.groups);
    const planned = records.convolution(layer, inputs[0]!, output, clamp, {
      filter: inputs[1]!.place,
      bias: inputs[2]?.place,
    });
    pack(site, inputs[1]!.place, planned, layer, false);
  },

  backward(site) {
    const g = geometryFor(site);
    dataGradient(site, g);
    filterGradient(site, g);
    const bias = site.parameter(2);
    if (bias) biasGradient(site, bias, g.oc, g.oh * g.ow);
  },
});

function dataGradient(site: Back, g: Geometry): void {
  const turned = turnedGeometry(g);
  if (turned) return turnedConvolution(site, turned);
  if (isDepthwise(site, g)) return depthwiseData(site, g);
  stridedData(site, g);
}

/** The convolution that gives the gradient of the input; undefined where it would stride or pad by less than nothing. */
function turnedGeometry(g: Geometry): Geometry | undefined {
  if (g.sh !== 1 || g.sw !== 1) return undefined;
  const [down, across] = [(g.kh - 1) * g.dh, (g.kw - 1) * g.dw];
  const [top, left] = [down - g.top, across - g.left];
  const [bottom, right] = [g.ih + down - g.oh - top, g.iw + across - g.ow - left];
  if (Math.min(top, left, bottom, right) < 0) return undefined;
  return { ...g, ic: g.oc, ih: g.oh, iw: g.ow, oc: g.ic, oh: g.ih, ow: g.iw, top, left, bottom, right };
}

function turnedConvolution(site: Back, g: Geometry): void {
  const { records, attrs, inputs, dy } = site;
  // A depthwise convolution with several outputs a channel is, turned around, an ordinary one in groups. One with a single output
  // writes a little behind each row, where z may still be wanted.
  const layer = emptyLayer(g, attrs.groups);
  site.gradient(
    0,
    (y, z) => {
      const output: Value = { shape: inputs[0]!.shape, place: y };
      const planned = records.convolution(layer, dy, output, NO_CLAMP, { z });
      pack(site, inputs[1]!.place, planned, layer, true);
    },
    "apart",
  );
}

/** The filter, transposed, times dy, added up where the windows are. */
function stridedData(site: Back, exact: Geometry): void {
  const { records, attrs, inputs, dy } = site;
  const g = coverWindows(exact);
  const taps = g.kh * g.kw;
  const [icg, ocg] = [g.ic / attrs.groups, g.oc / attrs.groups];
  const [height, width] = [g.top + g.ih + g.bottom, g.left + g.iw + g.right];
  const groupFloats = paddedSix(icg * taps) * ocg;
  site.gradient(0, (y, z) => {
    const w = records.constants.floats(attrs.groups * groupFloats, () => {});
    // Rows of the transposed filter are (input channel, tap): outputs of a 1 x 1 convolution that reads dy.
    const rows = { groups: attrs.groups, oc: icg * taps, ic: ocg, count: 1, most: 6, mode: 1 };
    records.prepare(TrainingKernel.PackProduct, { ...rows, w: inputs[1]!.place, y: w });
    const table = windowTable(site, g, width);
    const scratch = records.scratch(4 * icg * height * width + 32 * ocg + 256);
    for (let group = 0; group < attrs.groups; group++) {
      const inside = 4 * group * icg * g.ih * g.iw;
      records.each(TrainingKernel.ConvDataGradient, {
        g: behind(dy.place, 4 * group * ocg * g.oh * g.ow),
        w: behind(w, 4 * group * groupFloats),
        y: behind(y, inside),
        z: z && behind(z, inside),
        table,
        scratch,
        ...{ ic: icg, oc: ocg, ih: g.ih, iw: g.iw, oh: g.oh, ow: g.ow, top: g.top, left: g.left },
        ...{ count: taps, kh: height, kw: width },
      });
    }
  });
}

/** Rows of panels of 6, 4 or 2, as the engine's tiles have them. */
function paddedSix(rows: number): number {
  const left = rows % 6;
  return rows - left + (left === 0 ? 0 : left >= 5 ? 6 : left <= 2 ? 2 : 4);
}

const behind = (place: Place, bytes: number): Place => ({ ...place, offset: place.offset + bytes });

/** Byte offsets of the taps, then of each output pixel's window, in planes of this width. */
function windowTable({ records }: Site, g: Geometry, width: number): Place {
  const [taps, pixels] = [g.kh * g.kw, g.oh * g.ow];
  const key = ["windows", width, g.oh, g.ow, g.kh, g.kw, g.sh, g.sw, g.dh, g.dw].join(" ");
  const fill = (to: Int32Array) => {
    for (let t = 0; t < taps; t++) to[t] = 4 * (Math.floor(t / g.kw) * g.dh * width + (t % g.kw) * g.dw);
    for (let i = 0; i < pixels; i++) to[taps + i] = 4 * (Math.floor(i / g.ow) * g.sh * width + (i % g.ow) * g.sw);
  };
  return records.constants.words(taps + pixels, fill, key);
}

function depthwiseData(site: Back, g: Geometry): void {
  const { records, inputs, dy } = site;
  site.gradient(0, (y, z) => {
    copyOrZero(records, y, z, sizeOf(inputs[0]!.shape));
    records.each(TrainingKernel.DepthwiseDataGradient, { ...numbers(g), g: dy.place, w: inputs[1]!.place, y });
  });
}

const numbers = ({ ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, top, left }: Geometry) => ({
  ...{ ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, top, left },
});

/** Chunks of images whose sums are added in order: as many for any number of threads, so that the bits are the same. */
const CHUNKS = 8;
/** Bytes of the packed gradient of a block, so that it stays in a cache while the taps pass; and pixels that fill a tile's time. */
const BLOCK_BYTES = 128 * 1024;
const [LEAST_PIXELS, MOST_PIXELS] = [64, 512];

function filterGradient(site: Back, g: Geometry): void {
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
    const fields = { ...numbers(g), ...shared, y: filter.place, mode: filter.mode };
    return records.all(TrainingKernel.DepthwiseFilterGradient, fields);
  }
  const [icg, ocg] = [g.ic / attrs.groups, g.oc / attrs.groups];
  const groups = { ...numbers(g), ic: icg, oc: ocg, groups: attrs.groups };
  const chunks = Math.min(images, CHUNKS);
  const chunkFloats = attrs.groups * g.kh * g.kw * paddedSix(ocg) * Math.ceil(icg / 8) * 8;
  const sums = records.buffers.add(4 * chunks * chunkFloats, false);
  const pixels = Math.min(MOST_PIXELS, Math.max(LEAST_PIXELS, Math.floor(BLOCK_BYTES / (4 * ocg))));
  const block = Math.max(1, Math.floor(pixels / g.ow));
  const scratch = records.scratch(blockBytes(g, ocg, block, Math.ceil(images / chunks)));
  records.all(TrainingKernel.FilterGradient, { ...groups, ...shared, y: sums, chunks, block, scratch });
  records.all(TrainingKernel.SumFilterGradient, { ...groups, x: sums, y: filter.place, chunks, mode: filter.mode });
}

/** Scratch of a block of output rows, or of the whole images that make one. */
function blockBytes(g: Geometry, ocg: number, block: number, images: number): number {
  const together = block >= g.oh ? Math.min(images, Math.max(1, Math.floor(block / g.oh))) : 1;
  const rows = block >= g.oh ? g.oh : block;
  const k = together * rows * g.ow;
  const inputRows = (rows - 1) * g.sh + (g.kh - 1) * g.dh + 1;
  const width = (g.ow - 1) * g.sw + (g.kw - 1) * g.dw + 1;
  return 4 * (paddedSix(ocg) * k + 8 * k + 8 * together * inputRows * width) + 256;
}
