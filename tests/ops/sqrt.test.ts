import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("sqrt", {
  meanings: [{ attrs: {}, inputs: [tensor([3], 0, 2, 9)], output: tensor([3], 0, 1.4142135623730951, 3) }],
  cases: formulaCases("sqrt", {}),
});

test.run();
