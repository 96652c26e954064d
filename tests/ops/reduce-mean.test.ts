import { operatorSuite, range, single, tensor, value } from "./oracle.js";
import { reductionCases } from "./reductions.js";

const test = operatorSuite("reduce-mean", {
  meanings: [
    {
      attrs: { axes: [0], keepDims: false },
      inputs: [tensor([2, 2], 1, 2, 3, 6)],
      output: tensor([2], 2, 4),
    },
    {
      attrs: { axes: [0, 2], keepDims: true },
      inputs: [tensor([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
      output: tensor([1, 2, 1], 3.5, 5.5),
    },
    { attrs: { axes: [0, 1], keepDims: false }, inputs: [tensor([1, 2], 1, 2)], output: tensor([], 1.5) },
  ],
  cases: {
    ...reductionCases("reduce-mean"),
    "axes far apart": [
      single("reduce-mean", { axes: [0, 2, 4], keepDims: false }, value(3, 2, 3, 2, 3)),
      single("reduce-mean", { axes: [1, 3], keepDims: true }, value(2, 1, 2, 1, 2)),
    ],
    "columns around whole vectors": range(1, 9).map((n) =>
      single("reduce-mean", { axes: [0], keepDims: false }, value(3, n)),
    ),
  },
  refused: [[{ axes: [2], keepDims: true }, [[2, 3]], /axes 2 of an input with 2 axes/]],
});

test.run();
