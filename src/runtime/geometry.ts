/** Windows over planes, as convolution and pooling use them: sizes checked once, then plain numbers. */
import { ModelError } from "../errors.js";
import { checkList } from "./lists.js";
import type { Shape } from "./shape.js";

export interface Geometry {
  readonly n: number;
  readonly ic: number;
  readonly ih: number;
  readonly iw: number;
  readonly oc: number;
  readonly oh: number;
  readonly ow: number;
  readonly kh: number;
  readonly kw: number;
  readonly sh: number;
  readonly sw: number;
  readonly dh: number;
  readonly dw: number;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

interface Window {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

function outputSize(input: number, kernel: number, stride: number, dilation: number, pads: number): number {
  const reach = (kernel - 1) * dilation + 1;
  if (input + pads < reach) {
    throw new ModelError(`window reaches over ${reach} elements, the padded input has only ${input + pads}`);
  }
  return (input + pads - reach) / stride + 1;
}

/** With `ceil`, a last window that would start behind the input is dropped. */
function rounded(exact: number, ceil: boolean, stride: number, input: number, before: number): number {
  const output = ceil ? Math.ceil(exact) : Math.floor(exact);
  return ceil && (output - 1) * stride >= input + before ? output - 1 : output;
}

/** Checks the window against an NCHW input and derives the output's size. */
export function geometryOf(x: Shape, oc: number, kernel: readonly number[], window: Window, ceil = false): Geometry {
  if (x.length !== 4) throw new ModelError(`expected an input with 4 axes, got ${x.length}`);
  checkList(kernel, "kernel sizes", 2, 1);
  checkList(window.strides, "strides", 2, 1);
  checkList(window.dilations, "dilations", 2, 1);
  checkList(window.pads, "pads", 4, 0);
  const [n, ic, ih, iw] = x as [number, number, number, number];
  const [kh, kw] = kernel as [number, number];
  const [sh, sw] = window.strides as [number, number];
  const [dh, dw] = window.dilations as [number, number];
  const [top, left, bottom, right] = window.pads as [number, number, number, number];
  const oh = rounded(outputSize(ih, kh, sh, dh, top + bottom), ceil, sh, ih, top);
  const ow = rounded(outputSize(iw, kw, sw, dw, left + right), ceil, sw, iw, left);
  return { n, ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, top, left, bottom, right };
}

/** The numbers of a geometry that steps carry (the batch is unrolled into steps). */
export function stepNumbers({ n: _n, ...rest }: Geometry): Omit<Geometry, "n"> {
  return rest;
}

/** The geometry with enough padding below and to the right that every output's window lies inside. */
export function coverWindows(g: Geometry): Geometry {
  const height = (g.oh - 1) * g.sh + (g.kh - 1) * g.dh + 1;
  const width = (g.ow - 1) * g.sw + (g.kw - 1) * g.dw + 1;
  return {
    ...g,
    bottom: Math.max(g.bottom, height - g.ih - g.top),
    right: Math.max(g.right, width - g.iw - g.left),
  };
}
