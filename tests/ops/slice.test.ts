import { operatorSuite, single, tensor, value } from "./oracle.js";

const along = (axis: number, start: number, end: number, step: number) => ({
  axes: [axis],
  starts: [start],
  ends: [end],
  steps: [step],
});

const RANGES = [
  [0, 1, 1],
  [0, 7, 1],
  [1, 6, 1],
  [6, 7, 1],
  [0, 7, 2],
  [1, 7, 2],
  [0, 7, 3],
  [0, 6, 6],
  [6, -1, -1],
  [5, 0, -1],
  [6, -1, -2],
  [5, 1, -3],
  [0, -1, -1],
] as const;

const test = operatorSuite("slice", {
  meanings: [
    { attrs: along(0, 1, 5, 2), inputs: [tensor([6], 1, 2, 3, 4, 5, 6)], output: tensor([2], 2, 4) },
    { attrs: along(0, 2, -1, -1), inputs: [tensor([3], 1, 2, 3)], output: tensor([3], 3, 2, 1) },
    {
      attrs: { axes: [0, 1], starts: [1, 0], ends: [2, 2], steps: [1, 1] },
      inputs: [tensor([2, 3], 1, 2, 3, 4, 5, 6)],
      output: tensor([1, 2], 4, 5),
    },
  ],
  cases: {
    "every kind of range, along every axis": RANGES.flatMap(([start, end, step]) =>
      [0, 1, 2].map((axis) => single("slice", along(axis, start, end, step), value(7, 7, 7))),
    ),
    "several axes": [
      single("slice", { axes: [2, 3], starts: [0, 0], ends: [6, 8], steps: [2, 2] }, value(2, 3, 6, 8)),
      single("slice", { axes: [0, 1, 2], starts: [1, 0, 4], ends: [3, 2, -1], steps: [1, 1, -2] }, value(3, 2, 5)),
      single(
        "slice",
        { axes: [0, 1, 2, 3, 4], starts: [1, 2, 0, 3, 1], ends: [-1, -1, 2, 0, 3], steps: [-1, -2, 1, -1, 1] },
        value(2, 3, 2, 4, 3),
      ),
      single("slice", { axes: [], starts: [], ends: [], steps: [] }, value(2, 3)),
    ],
    "runs long enough to be moved as a whole": [63, 64, 65].map((n) =>
      single("slice", along(1, 1, n + 1, 1), value(2, 70)),
    ),
  },
  refused: [
    [along(0, 2, 2, 1), [[3]], /nothing is left of axis 0/],
    [along(0, 0, 4, 1), [[3]], /elements 0 to 3 of axis 0, which has 3/],
    [along(0, 3, 5, 1), [[3]], /elements 3 to 4/],
    [along(0, 1, -3, -1), [[3]], /elements 1 to -2/],
  ],
});

test.run();
