import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("trunc", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -2.75, 2.75, 3)], output: tensor([3], -2, 2, 3) }],
  cases: formulaCases("trunc", {}),
});

test.run();
