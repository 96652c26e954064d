import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const test = operatorSuite("global-average-pool", {
  meanings: [
    { attrs: {}, inputs: [tensor([1, 2, 1, 2], 1, 3, 10, 20)], output: tensor([1, 2, 1, 1], 2, 15) },
    { attrs: {}, inputs: [tensor([1, 1, 3], 1, 2, 6)], output: tensor([1, 1, 1], 3) },
  ],
  cases: {
    "planes around whole vectors": [...range(1, 17), 31, 32, 33].map((n) =>
      single("global-average-pool", {}, value(2, 3, 1, n)),
    ),
    "three to five axes": [
      [2, 3, 4],
      [3, 5, 7, 7],
      [1, 2, 3, 4, 5],
    ].map((shape) => single("global-average-pool", {}, value(...shape))),
  },
  refused: [[{}, [[2, 3]], /expected an input with 3 axes or more, got 2/]],
});

test.run();
