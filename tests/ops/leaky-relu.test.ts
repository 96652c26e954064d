import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { alpha: 0.125 };

const test = operatorSuite("leaky-relu", {
  meanings: [{ attrs: ATTRS, inputs: [tensor([3], -3, 0.5, 0)], output: tensor([3], -0.375, 0.5, 0) }],
  cases: formulaCases("leaky-relu", ATTRS),
});

test.run();
