import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("erf", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([4], -0.3, 0, 1, 2.5)],
      output: tensor([4], -0.3286267594591274, 0, 0.8427007929497149, 0.999593047982555),
    },
  ],
  cases: formulaCases("erf", {}),
});

test.run();
