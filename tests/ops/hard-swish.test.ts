import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("hard-swish", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([4], -4, -1, 2, 5)],
      output: tensor([4], 0, -0.3333333333333333, 1.6666666666666667, 5),
    },
  ],
  cases: formulaCases("hard-swish", {}),
});

test.run();
