import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { alpha: 0.5 };

const test = operatorSuite("elu", {
  meanings: [
    {
      attrs: ATTRS,
      inputs: [tensor([3], -3, 0.5, -0.001)],
      output: tensor([3], -0.475106465816068, 0.5, -0.0004997500833125042),
    },
  ],
  cases: formulaCases("elu", ATTRS),
});

test.run();
