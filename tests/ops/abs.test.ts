import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("abs", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -2.5, 0, 3)], output: tensor([3], 2.5, 0, 3) }],
  cases: formulaCases("abs", {}),
});

test.run();
