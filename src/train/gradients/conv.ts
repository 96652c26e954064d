/**
 * Convolution: the engine's kernels forward and, where the stride is 1, for the gradient of the input too, which is a convolution
 * of the output's gradient with the filter turned around; the filter's gradient by products over pixels.
 */
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { ModelError } from "../../errors.js";
import { sizeOf } from "../../graph/graph.js";
import type { ConvAttrs } from "../../ops/conv.js";
import { coverWindows, type Geometry } from "../../runtime/geometry.js";
import type { ConvLayer } from "../../runtime/kernels/convolution.js";
import { DENSE_KERNELS } from "../../runtime/kernels/dense.js";
import { paddedRows, SPLATS_BY_LOADS } from "../../runtime/kernels/tiles.js";
import { ALL_KEPT } from "../../runtime/mask.js";
import { behind, type Place } from "../../runtime/site.js";
import { NO_CLAMP, type PlannedConvolution, type Value } from "../records.js";
import { filterGradient } from "./conv-filter.js";
import { type ConvBack, type ConvSite, geometryFields, geometryFor, isDepthwise } from "./conv-site.js";
import { defineGradient } from "./gradient.js";
import { biasGradient, copyOrZero } from "./pieces.js";

/** A layer whose numbers are packed by records, so that what stands there at first does not matter. */
function emptyLayer(geometry: Geometry, groups: number): ConvLayer {
  const shape = [geometry.oc, geometry.ic / groups, geometry.kh, geometry.kw];
  const filter = { shape, encoding: "f32" as const, data: new Uint8Array(4 * sizeOf(shape)), ...ALL_KEPT };
  return { geometry, groups, filter, bias: undefined, kernels: DENSE_KERNELS };
}

/** Packs a parameter for a planned convolution before anything else runs; `turned` for the gradient of the input. */
function pack(
  site: ConvSite,
  w: Place,
  { filter, packing }: PlannedConvolution,
  layer: ConvLayer,
  turned: boolean,
): void {
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
  const table = records.constants.floats(
    rows.length * g.kh,
    (to) => to.set(rows.flat()),
    `winograd ${rows.length} ${g.kh}`,
  );
  const scratch = records.scratch(16 * (taps + g.kh));
  records.prepare(TrainingKernel.PackWinograd, { ...fields, mode, table, scratch, block: rows.length, kh: g.kh });
}

export const conv = defineGradient<ConvAttrs>({
  parameters: { 1: "weight", 2: "bias" },
  clamps: true,

  forward(site) {
    const { records, inputs, output, clamp } = site;
    if (site.attrs.positions)
      throw new ModelError("cannot be trained: it computes some positions only; train it first");
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

function dataGradient(site: ConvBack, g: Geometry): void {
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

function turnedConvolution(site: ConvBack, g: Geometry): void {
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
function stridedData(site: ConvBack, exact: Geometry): void {
  const { records, attrs, inputs, dy } = site;
  const g = coverWindows(exact);
  const taps = g.kh * g.kw;
  const [icg, ocg] = [g.ic / attrs.groups, g.oc / attrs.groups];
  const phase = {
    height: Math.ceil((g.top + g.ih + g.bottom) / g.sh),
    width: Math.ceil((g.left + g.iw + g.right) / g.sw),
  };
  const groupFloats = paddedRows(SPLATS_BY_LOADS, icg * taps) * ocg;
  site.gradient(0, (y, z) => {
    const w = records.constants.floats(attrs.groups * groupFloats, () => {});
    // Rows of the transposed filter are (input channel, tap): outputs of a 1 x 1 convolution that reads dy.
    const rows = { groups: attrs.groups, oc: icg * taps, ic: ocg, count: 1, most: 6, mode: 1 };
    records.prepare(TrainingKernel.PackProduct, { ...rows, w: inputs[1]!.place, y: w });
    const table = windowTable(site, g, phase);
    const scratch = records.scratch(4 * icg * g.sh * g.sw * phase.height * phase.width + 32 * ocg + 256);
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
        ...{ count: taps, kh: phase.height, kw: phase.width, sh: g.sh, sw: g.sw },
      });
    }
  });
}

/** Byte offsets of the taps, then of each output pixel's window, in planes cut into phases of this size. */
function windowTable({ records }: ConvBack, g: Geometry, phase: { height: number; width: number }): Place {
  const { height, width } = phase;
  const [taps, pixels] = [g.kh * g.kw, g.oh * g.ow];
  const key = ["windows", height, width, g.oh, g.ow, g.kh, g.kw, g.sh, g.sw, g.dh, g.dw].join(" ");
  const tapAt = (down: number, across: number) => {
    const plane = (down % g.sh) * g.sw + (across % g.sw);
    return 4 * (plane * height * width + Math.floor(down / g.sh) * width + Math.floor(across / g.sw));
  };
  const fill = (to: Int32Array) => {
    for (let t = 0; t < taps; t++) to[t] = tapAt(Math.floor(t / g.kw) * g.dh, (t % g.kw) * g.dw);
    for (let i = 0; i < pixels; i++) to[taps + i] = 4 * (Math.floor(i / g.ow) * width + (i % g.ow));
  };
  return records.constants.words(taps + pixels, fill, key);
}

function depthwiseData(site: ConvBack, g: Geometry): void {
  const { records, inputs, dy } = site;
  site.gradient(0, (y, z) => {
    copyOrZero(records, y, z, sizeOf(inputs[0]!.shape));
    records.each(TrainingKernel.DepthwiseDataGradient, { ...geometryFields(g), g: dy.place, w: inputs[1]!.place, y });
  });
}
