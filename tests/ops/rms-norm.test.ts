import { operatorSuite, tensor } from "./oracle.js";
import { ROW_NORM_REFUSALS, rowNormCases } from "./row-norms.js";

const test = operatorSuite("rms-norm", {
  meanings: [
    {
      attrs: { axis: 1, epsilon: 3 },
      inputs: [tensor([2, 2], 5, 1, 0, 0), tensor([2], 2, 4)],
      output: tensor([2, 2], 2.5, 1, 0, 0),
    },
    { attrs: { axis: 0, epsilon: 0 }, inputs: [tensor([2], 3, 3)], output: tensor([2], 1, 1) },
  ],
  cases: rowNormCases("rms-norm", 1),
  refused: ROW_NORM_REFUSALS,
});

test.run();
