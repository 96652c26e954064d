import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("reciprocal", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -2, 4, 3)], output: tensor([3], -0.5, 0.25, 0.3333333333333333) }],
  cases: formulaCases("reciprocal", {}),
});

test.run();
