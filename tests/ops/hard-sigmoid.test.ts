import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { alpha: 0.25, beta: 0.5 };

const test = operatorSuite("hard-sigmoid", {
  meanings: [{ attrs: ATTRS, inputs: [tensor([3], -3, 1, 3)], output: tensor([3], 0, 0.75, 1) }],
  cases: formulaCases("hard-sigmoid", ATTRS),
});

test.run();
