import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("exp", {
  meanings: [
    { attrs: {}, inputs: [tensor([3], 0, 1, -10)], output: tensor([3], 1, 2.718281828459045, 4.5399929762484854e-5) },
  ],
  cases: formulaCases("exp", {}),
});

test.run();
