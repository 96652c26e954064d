import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const MODES = ["constant", "reflect", "edge"] as const;
const pads = (mode: (typeof MODES)[number], before: number[], after: number[], number = 0) => ({
  before,
  after,
  mode,
  value: number,
});

const AMOUNTS: readonly (readonly [before: number[], after: number[]])[] = [
  [
    [0, 0, 1, 1],
    [0, 0, 1, 1],
  ],
  [
    [0, 0, 2, 0],
    [0, 0, 0, 3],
  ],
  [
    [1, 2, 3, 4],
    [0, 0, 0, 0],
  ],
  [
    [0, 0, 0, 0],
    [1, 2, 3, 4],
  ],
  [
    [0, 2, 0, 0],
    [0, 2, 0, 0],
  ],
  [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ],
];

const test = operatorSuite("pad", {
  meanings: [
    { attrs: pads("constant", [1], [2], 9), inputs: [tensor([2], 1, 2)], output: tensor([5], 9, 1, 2, 9, 9) },
    { attrs: pads("reflect", [2], [1]), inputs: [tensor([3], 1, 2, 3)], output: tensor([6], 3, 2, 1, 2, 3, 2) },
    { attrs: pads("edge", [2], [1]), inputs: [tensor([3], 1, 2, 3)], output: tensor([6], 1, 1, 1, 2, 3, 3) },
    {
      attrs: pads("constant", [0, 1], [1, 0]),
      inputs: [tensor([1, 2], 1, 2)],
      output: tensor([2, 3], 0, 1, 2, 0, 0, 0),
    },
  ],
  cases: {
    "every mode, axes and sides": MODES.flatMap((mode) =>
      AMOUNTS.map(([before, after]) => single("pad", pads(mode, before, after, 0.5), value(2, 3, 4, 5))),
    ),
    "one axis, sizes around whole vectors": range(1, 9).flatMap((n) =>
      MODES.map((mode) => single("pad", pads(mode, [mode === "reflect" ? n - 1 : n], [1 - 1]), value(n))),
    ),
    "infinite and negative fillings": [-Infinity, Infinity, NaN, -2].map((number) =>
      single("pad", pads("constant", [1, 1], [1, 1], number), value(2, 3)),
    ),
    "five axes": MODES.map((mode) =>
      single("pad", pads(mode, [1, 0, 1, 0, 1], [0, 1, 0, 1, 0], 2), value(2, 3, 2, 2, 3)),
    ),
  },
  refused: [
    [pads("reflect", [3], [0]), [[3]], /reflects 3 elements of axis 0, which has only 2 besides the edge/],
    [pads("constant", [1], [1]), [[3, 3]], /pads for 1 axes, input has 2/],
  ],
});

test.run();
