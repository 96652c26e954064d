import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("gelu", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([4], -8, -1, 0.5, 3)],
      output: tensor([4], -4.976768459417427e-15, -0.15865525393145705, 0.34573123063700656, 2.99595030590511),
    },
  ],
  cases: formulaCases("gelu", {}),
});

test.run();
