import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("softplus", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([4], -20, 0, 3, 100)],
      output: tensor([4], 2.061153620314381e-9, 0.6931471805599453, 3.048587351573742, 100),
    },
  ],
  cases: formulaCases("softplus", {}),
});

test.run();
