/** Windows that pooling and depthwise convolution are tested with. */
import type { Pads, Pair } from "../../src/ops/window.js";
import { range } from "./oracle.js";

export interface WindowCase {
  readonly h: number;
  readonly w: number;
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
}

const square = (h: number, w: number, kernel: number, stride: number, pad: number, dilation = 1): WindowCase => ({
  h,
  w,
  kernel: [kernel, kernel],
  strides: [stride, stride],
  dilations: [dilation, dilation],
  pads: [pad, pad, pad, pad],
});

/** Widths around whole vectors, heights around pairs of rows. */
export const SIZES = range(1, 9).flatMap((w) =>
  range(1, 4).flatMap((h) => [1, 2, 3].map((stride) => square(h, w, 3, stride, 1))),
);

export const WIDE = [15, 16, 17, 31, 32, 33].flatMap((w) => [1, 2].map((stride) => square(5, w, 3, stride, 1)));

const KERNELS = [
  [1, 1],
  [2, 2],
  [5, 5],
  [7, 7],
  [1, 7],
  [3, 1],
] as const;

/** The padding is less than the window's reach, so that every window meets the input. */
export const SHAPES = KERNELS.flatMap((kernel) =>
  [1, 2, 3].flatMap((stride) =>
    [1, 2].map((dilation): WindowCase => {
      const [v, u] = kernel.map((k) => Math.floor((dilation * (k - 1)) / 2)) as [number, number];
      const dilations = [dilation, dilation] as const;
      return { h: 14, w: 13, kernel, strides: [stride, stride], dilations, pads: [v, u, v, u] };
    }),
  ),
);

const PADS = [
  [0, 0, 0, 0],
  [0, 1, 2, 1],
  [2, 0, 0, 1],
  [1, 2, 0, 0],
  [0, 0, 2, 2],
] as const;

export const UNEVEN = PADS.flatMap((pads) => [
  { ...square(6, 7, 3, 1, 0), pads },
  { ...square(6, 7, 3, 2, 0), pads },
  { ...square(6, 7, 3, 1, 0, 2), pads },
  { ...square(7, 9, 3, 1, 0), pads, strides: [1, 3] as const },
  { ...square(7, 9, 3, 1, 0), pads, strides: [2, 1] as const },
  { ...square(7, 9, 3, 1, 0), pads, dilations: [1, 2] as const },
]);

/** One window, and a stride that reaches far behind the plane. */
export const FAR = [1, 3, 5].map((kernel) => ({ ...square(5, 7, kernel, 1, 1), strides: [1, 50_000] as const }));
