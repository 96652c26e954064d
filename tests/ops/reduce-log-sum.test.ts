import { operatorSuite, tensor } from "./oracle.js";
import { reductionCases } from "./reductions.js";

const test = operatorSuite("reduce-log-sum", {
  meanings: [
    {
      attrs: { axes: [0], keepDims: false },
      inputs: [tensor([2, 2], 1, 2, 3, 6)],
      output: tensor([2], Math.log(4), Math.log(8)),
    },
    {
      attrs: { axes: [0, 2], keepDims: true },
      inputs: [tensor([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
      output: tensor([1, 2, 1], Math.log(14), Math.log(22)),
    },
  ],
  cases: reductionCases("reduce-log-sum", true),
  refused: [
    [{ axes: [2], keepDims: true }, [[2, 3]], /axes \[2\] of an input with 2 axes/],
    [{ axes: [], keepDims: true }, [[2, 3]], /axes \[\] of an input/],
  ],
});

test.run();
