import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("tanh", {
  meanings: [
    { attrs: {}, inputs: [tensor([3], 0, 1, -0.01)], output: tensor([3], 0, 0.7615941559557649, -0.00999966667999946) },
  ],
  cases: formulaCases("tanh", {}),
});

test.run();
