import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("ceil", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -2.5, 2.25, 3)], output: tensor([3], -2, 3, 3) }],
  cases: formulaCases("ceil", {}),
});

test.run();
