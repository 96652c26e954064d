import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("log", {
  meanings: [
    { attrs: {}, inputs: [tensor([3], 1, 10, 0.001)], output: tensor([3], 0, 2.302585092994046, -6.907755278982137) },
  ],
  cases: formulaCases("log", {}),
});

test.run();
