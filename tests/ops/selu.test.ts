import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { alpha: 1.5, gamma: 1.25 };

const test = operatorSuite("selu", {
  meanings: [
    {
      attrs: ATTRS,
      inputs: [tensor([3], -3, 0.5, -0.001)],
      output: tensor([3], -1.7816492468102552, 0.625, -0.0018740628124218907),
    },
  ],
  cases: formulaCases("selu", ATTRS),
});

test.run();
