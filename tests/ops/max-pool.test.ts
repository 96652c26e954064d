import { operatorSuite, single, tensor, value } from "./oracle.js";
import { FAR, SHAPES, SIZES, UNEVEN, WIDE, type WindowCase } from "./windows.js";

const PLAIN = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], ceil: false } as const;

const pool = ({ h, w, ...window }: WindowCase, ceil = false, n = 1) =>
  single("max-pool", { ...window, ceil }, value(n, 2, h, w));

const test = operatorSuite("max-pool", {
  meanings: [
    {
      attrs: { ...PLAIN, kernel: [2, 2] },
      inputs: [tensor([1, 1, 2, 3], 1, 5, 2, 4, 3, 6)],
      output: tensor([1, 1, 1, 2], 5, 6),
    },
    {
      attrs: { ...PLAIN, kernel: [1, 2], strides: [1, 2], ceil: true },
      inputs: [tensor([1, 1, 1, 3], -3, -2, -1)],
      output: tensor([1, 1, 1, 2], -2, -1),
    },
    {
      attrs: { ...PLAIN, kernel: [1, 2], pads: [0, 1, 0, 1] },
      inputs: [tensor([1, 1, 1, 2], -3, -2)],
      output: tensor([1, 1, 1, 3], -3, -2, -2),
    },
  ],
  cases: {
    "widths 1 to 9, heights 1 to 4, strides 1 to 3": SIZES.map((c) => pool(c)),
    "wide planes": WIDE.map((c) => pool(c)),
    "kernels, strides and dilations": SHAPES.map((c) => pool(c)),
    "strides far behind the plane": FAR.map((c) => pool(c)),
    "uneven windows": UNEVEN.map((c) => pool(c)),
    "sizes rounded up": [...SIZES, ...UNEVEN].map((c) => pool(c, true)),
    "several images": [...UNEVEN, ...WIDE].map((c) => pool(c, false, 3)),
  },
  refused: [
    [{ ...PLAIN, kernel: [4, 4] }, [[1, 1, 3, 3]], /window reaches over 4 elements, the padded input has only 3/],
    [{ ...PLAIN, kernel: [2, 2] }, [[1, 3, 3]], /only 2-D pooling/],
  ],
});

test.run();
