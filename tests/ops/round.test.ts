import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("round", {
  meanings: [{ attrs: {}, inputs: [tensor([5], -2.5, -1.5, 0.5, 1.5, 2.25)], output: tensor([5], -2, -2, 0, 2, 2) }],
  cases: formulaCases("round", {}),
});

test.run();
