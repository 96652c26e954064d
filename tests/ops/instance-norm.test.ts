import { constant, operatorSuite, range, single, tensor, value } from "./oracle.js";

const attrs = { epsilon: 1e-3 };
const norm = (...shape: number[]) =>
  single("instance-norm", attrs, value(...shape), constant(shape[1]!), constant(shape[1]!));

const test = operatorSuite("instance-norm", {
  meanings: [
    {
      attrs: { epsilon: 3 },
      inputs: [tensor([1, 2, 2], 1, 3, 10, 10), tensor([2], 2, 1), tensor([2], 5, 7)],
      output: tensor([1, 2, 2], 4, 6, 7, 7),
    },
  ],
  cases: {
    "planes around whole vectors": [...range(1, 9), 15, 16, 17].map((n) => norm(2, 3, n)),
    "any number of axes": [norm(3, 4, 5), norm(2, 3, 4, 5), norm(1, 2, 2, 3, 2)],
    "large planes": [norm(1, 2, 100, 101)],
  },
  refused: [
    [attrs, [[3], [3], [3]], /2 axes or more/],
    [attrs, [[1, 3, 4], [3], [2]], /a parameter has 2 elements, input has 3 channels/],
  ],
});

test.run();
