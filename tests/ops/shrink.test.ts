import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { lambda: 1, bias: 0.5 };

const test = operatorSuite("shrink", {
  meanings: [{ attrs: ATTRS, inputs: [tensor([3], -3, 0.5, 2)], output: tensor([3], -2.5, 0, 1.5) }],
  cases: formulaCases("shrink", ATTRS),
});

test.run();
