import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("sigmoid", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([3], 0, 2, -20)],
      output: tensor([3], 0.5, 0.8807970779778824, 2.0611536181902037e-9),
    },
  ],
  cases: formulaCases("sigmoid", {}),
});

test.run();
