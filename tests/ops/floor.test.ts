import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("floor", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -2.5, 2.75, 3)], output: tensor([3], -3, 2, 3) }],
  cases: formulaCases("floor", {}),
});

test.run();
