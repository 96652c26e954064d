import { operatorSuite, tensor } from "./oracle.js";
import { ROW_NORM_REFUSALS, rowNormCases } from "./row-norms.js";

const test = operatorSuite("layer-norm", {
  meanings: [
    {
      attrs: { axis: 1, epsilon: 3 },
      inputs: [tensor([2, 2], 1, 3, 10, 10), tensor([2], 2, 1), tensor([2], 5, 7)],
      output: tensor([2, 2], 4, 7.5, 5, 7),
    },
    { attrs: { axis: 0, epsilon: 0 }, inputs: [tensor([2], 1, 3)], output: tensor([2], -1, 1) },
  ],
  cases: rowNormCases("layer-norm", 2),
  refused: ROW_NORM_REFUSALS,
});

test.run();
