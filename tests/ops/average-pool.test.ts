import { operatorSuite, single, tensor, value } from "./oracle.js";
import { FAR, SHAPES, SIZES, UNEVEN, WIDE, type WindowCase } from "./windows.js";

const PLAIN = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], ceil: false, countPadding: false } as const;

const pool = ({ h, w, ...window }: WindowCase, countPadding = false, ceil = false, n = 1) =>
  single("average-pool", { ...window, ceil, countPadding }, value(n, 2, h, w));

const BOTH = [false, true];

const test = operatorSuite("average-pool", {
  meanings: [
    {
      attrs: { ...PLAIN, kernel: [2, 2] },
      inputs: [tensor([1, 1, 2, 3], 1, 5, 2, 4, 2, 7)],
      output: tensor([1, 1, 1, 2], 3, 4),
    },
    {
      attrs: { ...PLAIN, kernel: [1, 2], pads: [0, 1, 0, 0] },
      inputs: [tensor([1, 1, 1, 2], 4, 8)],
      output: tensor([1, 1, 1, 2], 4, 6),
    },
    {
      attrs: { ...PLAIN, kernel: [1, 2], pads: [0, 1, 0, 0], countPadding: true },
      inputs: [tensor([1, 1, 1, 2], 4, 8)],
      output: tensor([1, 1, 1, 2], 2, 6),
    },
    {
      attrs: { ...PLAIN, kernel: [1, 2], strides: [1, 2], ceil: true, countPadding: true },
      inputs: [tensor([1, 1, 1, 3], 2, 4, 7)],
      output: tensor([1, 1, 1, 2], 3, 7),
    },
  ],
  cases: {
    "widths 1 to 9, heights 1 to 4, strides 1 to 3": SIZES.map((c) => pool(c)),
    "wide planes": WIDE.map((c) => pool(c)),
    "kernels, strides and dilations": SHAPES.flatMap((c) => BOTH.map((count) => pool(c, count))),
    "strides far behind the plane": FAR.map((c) => pool(c)),
    "uneven windows": UNEVEN.flatMap((c) => BOTH.map((count) => pool(c, count))),
    "sizes rounded up": [...SIZES, ...UNEVEN].flatMap((c) => BOTH.map((count) => pool(c, count, true))),
    "several images": [...UNEVEN, ...WIDE].map((c) => pool(c, true, false, 3)),
  },
  refused: [[{ ...PLAIN, kernel: [2, 2] }, [[1, 3, 3]], /only 2-D pooling/]],
});

test.run();
