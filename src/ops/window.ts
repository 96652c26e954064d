/** Arithmetic that convolution and pooling share: windows that slide over the two last axes. */
import { ModelError } from "../errors.js";

/** Height and width. */
export type Pair = readonly [number, number];
/** Top, left, bottom, right. */
export type Pads = readonly [number, number, number, number];

export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
}

/** Output size along one axis (0 height, 1 width). With `ceil`, a last window that would start behind the input is dropped. */
export function windowOutput(size: number, axis: 0 | 1, window: Window, ceil = false): number {
  const before = window.pads[axis];
  const padded = size + before + window.pads[axis + 2]!;
  const reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
  if (padded < reach) {
    throw new ModelError(`window reaches over ${reach} elements, the padded input has only ${padded}`);
  }
  const steps = (padded - reach) / window.strides[axis];
  const output = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceil && (output - 1) * window.strides[axis] >= size + before ? output - 1 : output;
}
