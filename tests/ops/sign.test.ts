import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("sign", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -2.5, 0, 3)], output: tensor([3], -1, 0, 1) }],
  cases: formulaCases("sign", {}),
});

test.run();
