import { ModelError } from "../errors.js";
import type { Shape } from "../graph/graph.js";
import { type Atoms, type Channels, countKept, defineOp, freezePixels, parameterOf } from "./op.js";
import {
  checkPositions,
  countComputed,
  lowerPositions,
  nearestComputed,
  type Positions,
  raisePositions,
} from "./positions.js";
import { type Pads, type Pair, type Window, windowOutput } from "./window.js";

/** Attributes of a 2-D convolution; the kernel's size is the filter's. */
export type ConvAttrs = {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
  readonly groups: number;
  /** Which pixels are computed; the others take the value of the nearest that is. Without it, all are. */
  readonly positions?: Positions | undefined;
};

function windowOf(attrs: ConvAttrs, filter: Shape): Window {
  return { kernel: [filter[2]!, filter[3]!], ...attrs };
}

/**
 * Convolution of NCHW values. Inputs: x [n, ic, ih, iw], filter [oc, ic / groups, kh, kw], optionally bias [oc].
 * y[n, o, p, q] = bias[o] + sum over c, i, j of filter[o, c, i, j] * x[n, g(o) * ic / groups + c, p * sh + i * dh - top, q * sw + j * dw - left]
 * at the computed positions, and elsewhere what it is at the nearest of them.
 */
export const conv = defineOp({
  name: "conv",

  infer(attrs: ConvAttrs, [x, filter, bias]) {
    if (x!.length !== 4 || filter!.length !== 4) {
      throw new ModelError(
        `only 2-D convolution is supported: expected input and filter with 4 axes, got ${x!.length} and ${filter!.length}`,
      );
    }
    const [n, ic, ih, iw] = x as [number, number, number, number];
    const [oc, icPerGroup] = filter as [number, number, number, number];
    if (icPerGroup * attrs.groups !== ic) {
      throw new ModelError(
        `filter wants ${icPerGroup * attrs.groups} input channels (${icPerGroup} in ${attrs.groups} groups), input has ${ic}`,
      );
    }
    if (oc % attrs.groups !== 0) {
      throw new ModelError(`${oc} output channels do not divide into ${attrs.groups} groups`);
    }
    if (bias && (bias.length !== 1 || bias[0] !== oc)) {
      throw new ModelError(`bias has shape ${bias.join("x")}, expected ${oc}`);
    }
    const window = windowOf(attrs, filter!);
    const [oh, ow] = [windowOutput(ih, 0, window), windowOutput(iw, 1, window)];
    if (attrs.positions) checkPositions(attrs.positions, oh, ow);
    return [[n, oc, oh, ow]];
  },

  evaluate(attrs, [x, filter, bias]) {
    const [shape] = this.infer(attrs, [x!.shape, filter!.shape]);
    const [n, oc, oh, ow] = shape as [number, number, number, number];
    const [, ic, ih, iw] = x!.shape as [number, number, number, number];
    const [, icg, kh, kw] = filter!.shape as [number, number, number, number];
    const { strides, dilations, pads, groups } = attrs;
    const y = new Float64Array(n * oc * oh * ow);
    const ocg = oc / groups;
    let at = 0;
    for (let image = 0; image < n; image++) {
      for (let o = 0; o < oc; o++) {
        const firstChannel = Math.floor(o / ocg) * icg;
        for (let p = 0; p < oh; p++) {
          for (let q = 0; q < ow; q++) {
            let sum = bias ? bias.data[o]! : 0;
            for (let c = 0; c < icg; c++) {
              for (let i = 0; i < kh; i++) {
                const row = p * strides[0] + i * dilations[0] - pads[0];
                if (row < 0 || row >= ih) continue;
                const xRow = ((image * ic + firstChannel + c) * ih + row) * iw;
                const fRow = ((o * icg + c) * kh + i) * kw;
                for (let j = 0; j < kw; j++) {
                  const column = q * strides[1] + j * dilations[1] - pads[1];
                  if (column >= 0 && column < iw) sum += filter!.data[fRow + j]! * x!.data[xRow + column]!;
                }
              }
            }
            y[at++] = sum;
          }
        }
      }
    }
    if (attrs.positions) fill(y, nearestComputed(attrs.positions, oh, ow));
    return [{ shape: shape!, data: y }];
  },

  atoms(attrs, [x, filter], channels) {
    const [oc, icg] = channels.shape(1) as [number, number];
    freezePixels(x!, channels);
    if (!channels.isConstant(1)) {
      [x![1], filter![0], filter![1]].forEach((a) => channels.freeze(a, "the filter is computed by the network"));
      return [[x![0]!, null, null, null]];
    }
    if (icg === 1 && attrs.groups > 1) return [[x![0]!, depthwise(attrs.groups, oc, x![1]!, channels), null, null]];
    const output = channels.fresh(oc);
    joinGroups(output, attrs.groups, channels);
    if (x![1]) joinGroups(x![1], attrs.groups, channels);
    channels.own(1, 0, output, "produce");
    channels.own(1, 1, x![1]?.subarray(0, icg), "consume");
    channels.own(2, 0, output, "parameter");
    return [[x![0]!, output, null, null]];
  },

  cut(attrs, [x, filter]) {
    const groupWidth = filter![1] === null && x![1] ? x![1].length / attrs.groups : 0;
    return groupWidth === 1 && attrs.groups > 1 ? { ...attrs, groups: countKept(x![1], 0, attrs.groups) } : attrs;
  },

  macs(attrs, [x, filter, bias]) {
    const [shape] = this.infer(attrs, bias ? [x!, filter!, bias] : [x!, filter!]);
    const [n, oc, oh, ow] = shape as [number, number, number, number];
    return n * oc * countComputed(attrs.positions, oh, ow) * filter![1]! * filter![2]! * filter![3]!;
  },

  lower({ positions, ...attrs }, [x, filter, bias]) {
    const [, , oh, ow] = this.infer(attrs, [x!.shape, filter!.shape])[0] as [number, number, number, number];
    const computed = positions && lowerPositions(positions, oh, ow);
    const parameters = { filter: parameterOf(filter!, "filter"), bias: parameterOf(bias, "bias") };
    return { layer: { type: "convolution", ...attrs, ...parameters, positions: computed }, reads: [0] };
  },

  raise(layer) {
    if (layer.type !== "convolution") return undefined;
    const { strides, dilations, pads, groups, filter, bias, positions } = layer;
    const computed = positions && { positions: raisePositions(positions) };
    const attrs = { strides, dilations, pads, groups, ...computed } as unknown as ConvAttrs;
    return { attrs, constants: bias ? [filter, bias] : [filter] };
  },
});

/** Gives every pixel of every plane the value of its source in the plane; a source is its own. */
function fill(planes: Float64Array, sources: Int32Array): void {
  for (let first = 0; first < planes.length; first += sources.length) {
    sources.forEach((source, pixel) => (planes[first + pixel] = planes[first + source]!));
  }
}

/** A group of its own for each input channel: the input channel, its filters and their outputs stand or fall together. */
function depthwise(groups: number, oc: number, input: Atoms | null, channels: Channels): Atoms | null {
  if (!input) {
    channels.own(1, 0, null, "parameter");
    return null;
  }
  const perInput = oc / groups;
  const output = Int32Array.from({ length: oc }, (_, o) => input[Math.floor(o / perInput)]!);
  channels.own(1, 0, output, "parameter");
  channels.own(2, 0, output, "parameter");
  return output;
}

/** Channels at the same place of each group go together, so that the groups stay equal. */
export function joinGroups(atoms: Atoms, groups: number, channels: Channels): void {
  const width = atoms.length / groups;
  for (let g = 1; g < groups; g++) {
    channels.join(atoms.subarray(0, width), atoms.subarray(g * width, (g + 1) * width), "structure");
  }
}
