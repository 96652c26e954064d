import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("neg", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -2.5, 1, 3)], output: tensor([3], 2.5, -1, -3) }],
  cases: formulaCases("neg", {}),
});

test.run();
