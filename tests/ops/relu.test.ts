import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const test = operatorSuite("relu", {
  meanings: [{ attrs: {}, inputs: [tensor([4], -1, 0, 2, -Infinity)], output: tensor([4], 0, 0, 2, 0) }],
  cases: {
    "sizes around whole vectors": [...range(1, 9), 31, 32, 33].map((n) => single("relu", {}, value(n))),
    "any number of axes": [[], [2, 3], [2, 3, 4], [3, 2, 5, 7], [2, 2, 2, 2, 3]].map((shape) =>
      single("relu", {}, value(...shape)),
    ),
  },
});

test.run();
