import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("softsign", {
  meanings: [{ attrs: {}, inputs: [tensor([3], -3, 0.5, 4)], output: tensor([3], -0.75, 0.3333333333333333, 0.8) }],
  cases: formulaCases("softsign", {}),
});

test.run();
