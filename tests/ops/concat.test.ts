import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const SHAPE = [2, 3, 4, 5];
const sized = (axis: number, size: number) => value(...SHAPE.with(axis, size));

const test = operatorSuite("concat", {
  meanings: [
    {
      attrs: { axis: 1 },
      inputs: [tensor([2, 1], 1, 2), tensor([2, 2], 3, 4, 5, 6)],
      output: tensor([2, 3], 1, 3, 4, 2, 5, 6),
    },
    { attrs: { axis: 0 }, inputs: [tensor([1, 2], 1, 2), tensor([1, 2], 3, 4)], output: tensor([2, 2], 1, 2, 3, 4) },
  ],
  cases: {
    "along every axis": range(0, 3).map((axis) =>
      single("concat", { axis }, sized(axis, 1), sized(axis, 4), sized(axis, 3)),
    ),
    "one input, many inputs": [
      single("concat", { axis: 1 }, value(2, 3)),
      single("concat", { axis: 1 }, ...range(1, 12).map((size) => value(2, size, 3))),
      single("concat", { axis: 0 }, ...range(1, 5).map((size) => value(size))),
    ],
    "runs around what is moved as a whole": [63, 64, 65].map((n) =>
      single("concat", { axis: 1 }, value(3, n), value(3, 1)),
    ),
  },
  refused: [
    [
      { axis: 0 },
      [
        [2, 3],
        [2, 4],
      ],
      /2x4 cannot follow 2x3 along axis 0/,
    ],
  ],
});

test.run();
