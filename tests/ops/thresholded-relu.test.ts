import { formulaCases } from "./formulas.js";
import { operatorSuite, tensor } from "./oracle.js";

const ATTRS = { alpha: 1.5 };

const test = operatorSuite("thresholded-relu", {
  meanings: [{ attrs: ATTRS, inputs: [tensor([3], -3, 1.5, 2)], output: tensor([3], 0, 0, 2) }],
  cases: formulaCases("thresholded-relu", ATTRS),
});

test.run();
