import { constant, operatorSuite, range, single, tensor, value } from "./oracle.js";

const norm = (groups: number, ...shape: number[]) =>
  single("group-norm", { groups, epsilon: 1e-3 }, value(...shape), constant(shape[1]!), constant(shape[1]!));

const test = operatorSuite("group-norm", {
  meanings: [
    {
      attrs: { groups: 1, epsilon: 0 },
      inputs: [tensor([1, 2, 2], 1, 3, 1, 3), tensor([2], 2, 1), tensor([2], 5, 7)],
      output: tensor([1, 2, 2], 3, 7, 6, 8),
    },
    {
      attrs: { groups: 2, epsilon: 0 },
      inputs: [tensor([1, 4], 1, 3, 20, 10)],
      output: tensor([1, 4], -1, 1, 1, -1),
    },
  ],
  cases: {
    "planes around whole vectors": [...range(1, 9), 15, 16, 17].map((n) => norm(2, 2, 6, n)),
    "every number of groups": [1, 2, 3, 4, 6, 12].map((groups) => norm(groups, 2, 12, 3, 3)),
    "without planes": [norm(2, 3, 8), norm(4, 3, 20), norm(3, 2, 27)],
    "without parameters": [single("group-norm", { groups: 2, epsilon: 0.1 }, value(2, 4, 5))],
  },
  refused: [
    [{ groups: 2, epsilon: 0 }, [[1, 3, 4]], /3 channels do not divide into 2 groups/],
    [{ groups: 3, epsilon: 0 }, [[1, 3, 4], [2]], /a parameter has 2 elements/],
  ],
});

test.run();
