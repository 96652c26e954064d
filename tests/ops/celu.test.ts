import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { alpha: 2 };

const test = operatorSuite("celu", {
  meanings: [
    {
      attrs: ATTRS,
      inputs: [tensor([3], -3, 0.5, -0.001)],
      output: tensor([3], -1.5537396797031404, 0.5, -0.0009997500416614588),
    },
  ],
  cases: formulaCases("celu", ATTRS),
});

test.run();
