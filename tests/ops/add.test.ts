import { commutativeCases, NOT_BROADCAST } from "./broadcasts.js";
import { operatorSuite, tensor } from "./oracle.js";

const test = operatorSuite("add", {
  meanings: [
    { attrs: {}, inputs: [tensor([3], 1, -2, 3), tensor([3], 10, 20, 30)], output: tensor([3], 11, 18, 33) },
    {
      attrs: {},
      inputs: [tensor([2, 1], 1, 2), tensor([3], 10, 20, 30)],
      output: tensor([2, 3], 11, 21, 31, 12, 22, 32),
    },
  ],
  cases: commutativeCases("add"),
  refused: NOT_BROADCAST,
});

test.run();
