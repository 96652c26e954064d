import { operatorSuite, tensor } from "./oracle.js";
import { reductionCases } from "./reductions.js";

const test = operatorSuite("reduce-log-sum-exp", {
  meanings: [
    {
      attrs: { axes: [0], keepDims: false },
      inputs: [tensor([2, 2], 1, 2, 3, 6)],
      output: tensor([2], 3 + Math.log(1 + Math.exp(-2)), 6 + Math.log(1 + Math.exp(-4))),
    },
    {
      attrs: { axes: [0, 2], keepDims: true },
      inputs: [tensor([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
      output: tensor(
        [1, 2, 1],
        Math.log(Math.E + Math.E ** 2 + Math.E ** 5 + Math.E ** 6),
        Math.log(Math.E ** 3 + Math.E ** 4 + Math.E ** 7 + Math.E ** 8),
      ),
    },
  ],
  cases: reductionCases("reduce-log-sum-exp"),
  refused: [
    [{ axes: [2], keepDims: true }, [[2, 3]], /axes \[2\] of an input with 2 axes/],
    [{ axes: [], keepDims: true }, [[2, 3]], /axes \[\] of an input/],
  ],
});

test.run();
