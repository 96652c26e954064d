import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { alpha: 2 };

const test = operatorSuite("silu", {
  meanings: [
    {
      attrs: ATTRS,
      inputs: [tensor([3], -3, 0.5, 4)],
      output: tensor([3], -0.007417869469904323, 0.36552928931500245, 3.998658599478134),
    },
  ],
  cases: formulaCases("silu", ATTRS),
});

test.run();
