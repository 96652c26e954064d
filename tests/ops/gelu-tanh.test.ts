import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("gelu-tanh", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([4], -2, -1, 0.5, 3)],
      output: tensor([4], -0.04540230591222498, -0.1588080093917233, 0.34571400982514394, 2.996362607918227),
    },
  ],
  cases: formulaCases("gelu-tanh", {}),
});

test.run();
