import { ModelError } from "../errors.js";
import type { Shape } from "../graph/graph.js";
import { joinGroups } from "./conv.js";
import { type Atoms, type Channels, countKept, defineOp, parameterOf } from "./op.js";
import type { Pads, Pair } from "./window.js";

export type TransposedConvAttrs = {
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Rows and columns cut off the output. */
  readonly pads: Pads;
  /** Rows and columns added at the bottom and the right before that. */
  readonly outputPadding: Pair;
  readonly groups: number;
};

function outputSize(attrs: TransposedConvAttrs, axis: 0 | 1, size: number, kernel: number): number {
  const reach = (size - 1) * attrs.strides[axis] + (kernel - 1) * attrs.dilations[axis] + 1;
  return reach + attrs.outputPadding[axis] - attrs.pads[axis] - attrs.pads[axis + 2]!;
}

/**
 * The transpose of a 2-D convolution. Inputs: x [n, ic, ih, iw], filter [ic, oc / groups, kh, kw], optionally bias [oc].
 * Each x[n, c, p, q] adds itself times filter[c, o, i, j] to y[n, o, p * sh + i * dh - top, q * sw + j * dw - left].
 */
export const transposedConv = defineOp({
  name: "transposed-conv",

  infer(attrs: TransposedConvAttrs, [x, filter, bias]) {
    if (x!.length !== 4 || filter!.length !== 4) {
      throw new ModelError(
        `only 2-D transposed convolution is supported: expected input and filter with 4 axes, got ${x!.length} and ${filter!.length}`,
      );
    }
    const [n, ic, ih, iw] = x as [number, number, number, number];
    const [fc, ocg, kh, kw] = filter as [number, number, number, number];
    if (fc !== ic || ic % attrs.groups !== 0) {
      throw new ModelError(`filter wants ${fc} input channels in ${attrs.groups} groups, input has ${ic}`);
    }
    const oc = ocg * attrs.groups;
    if (bias && (bias.length !== 1 || bias[0] !== oc)) {
      throw new ModelError(`bias has shape ${bias.join("x")}, expected ${oc}`);
    }
    const [oh, ow] = [outputSize(attrs, 0, ih, kh), outputSize(attrs, 1, iw, kw)];
    if (oh < 1 || ow < 1) throw new ModelError(`pads ${attrs.pads.join(", ")} leave nothing of the output`);
    return [[n, oc, oh, ow]];
  },

  evaluate(attrs, [x, filter, bias]) {
    const [shape] = this.infer(attrs, [x!.shape, filter!.shape]);
    const [n, oc, oh, ow] = shape as [number, number, number, number];
    const [, ic, ih, iw] = x!.shape as [number, number, number, number];
    const [, ocg, kh, kw] = filter!.shape as [number, number, number, number];
    const { strides, dilations, pads, groups } = attrs;
    const y = Float64Array.from({ length: n * oc * oh * ow }, (_, i) =>
      bias ? bias.data[Math.floor(i / (oh * ow)) % oc]! : 0,
    );
    const icg = ic / groups;
    for (let plane = 0; plane < n * ic; plane++) {
      const [image, c] = [Math.floor(plane / ic), plane % ic];
      for (let o = 0; o < ocg; o++) {
        const to = (image * oc + Math.floor(c / icg) * ocg + o) * oh * ow;
        for (let at = 0; at < ih * iw * kh * kw; at++) {
          const [pixel, tap] = [Math.floor(at / (kh * kw)), at % (kh * kw)];
          const row = Math.floor(pixel / iw) * strides[0] + Math.floor(tap / kw) * dilations[0] - pads[0];
          const column = (pixel % iw) * strides[1] + (tap % kw) * dilations[1] - pads[1];
          if (row < 0 || row >= oh || column < 0 || column >= ow) continue;
          y[to + row * ow + column]! +=
            x!.data[plane * ih * iw + pixel]! * filter!.data[(c * ocg + o) * kh * kw + tap]!;
        }
      }
    }
    return [{ shape: shape!, data: y }];
  },

  atoms(attrs, [x], channels) {
    const [ic, ocg] = channels.shape(1) as [number, number];
    const { groups } = attrs;
    x!.slice(2).forEach((axis) => channels.freeze(axis, "convolved over the channels"));
    if (!channels.isConstant(1)) {
      channels.freeze(x![1], "the filter is computed by the network");
      return [[x![0]!, null, null, null]];
    }
    if (groups === ic && groups > 1) return [[x![0]!, depthwise(ocg, x![1]!, channels), null, null]];
    const output = channels.fresh(ocg * groups);
    joinGroups(output, groups, channels);
    if (x![1]) joinGroups(x![1], groups, channels);
    channels.own(1, 1, output.subarray(0, ocg), "produce");
    channels.own(1, 0, x![1], "consume");
    channels.own(2, 0, output, "parameter");
    return [[x![0]!, output, null, null]];
  },

  cut(attrs, [x]) {
    const channels = x![1];
    return channels && channels.length === attrs.groups && attrs.groups > 1
      ? { ...attrs, groups: countKept(channels, 0, attrs.groups) }
      : attrs;
  },

  macs(_attrs, [x, filter]: readonly Shape[]) {
    return x![0]! * x![1]! * x![2]! * x![3]! * filter![1]! * filter![2]! * filter![3]!;
  },

  lower(attrs, [, filter, bias]) {
    const parameters = { filter: parameterOf(filter!, "filter"), bias: parameterOf(bias, "bias") };
    return { layer: { type: "transposedConvolution", ...attrs, ...parameters }, reads: [0] };
  },

  raise(layer) {
    if (layer.type !== "transposedConvolution") return undefined;
    const { strides, dilations, pads, outputPadding, groups, filter, bias } = layer;
    const attrs = { strides, dilations, pads, outputPadding, groups } as unknown as TransposedConvAttrs;
    return { attrs, constants: bias ? [filter, bias] : [filter] };
  },
});

/** A group of its own for each input channel: the input channel, its filters and their outputs stand or fall together. */
function depthwise(perInput: number, input: Atoms | null, channels: Channels): Atoms | null {
  channels.own(1, 0, input, "parameter");
  if (!input) return null;
  const output = Int32Array.from({ length: input.length * perInput }, (_, o) => input[Math.floor(o / perInput)]!);
  channels.own(2, 0, output, "parameter");
  return output;
}
