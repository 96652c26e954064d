import { constant, operatorSuite, range, single, tensor, value } from "./oracle.js";

const dense = (x: readonly number[], out: number, bias = true) =>
  single("gemm", {}, value(...x), constant(out, x.at(-1)!), ...(bias ? [constant(out)] : []));

const test = operatorSuite("gemm", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([1, 2], 1, 2), tensor([3, 2], 1, 0, 0, 1, 1, 1), tensor([3], 10, 20, 30)],
      output: tensor([1, 3], 11, 22, 33),
    },
    {
      attrs: {},
      inputs: [tensor([2, 2], 1, 2, 3, 4), tensor([1, 2], 5, 6)],
      output: tensor([2, 1], 17, 39),
    },
  ],
  cases: {
    "outputs around whole panels": [...range(1, 17), 31, 32, 33].map((out) => dense([2, 5], out)),
    "input features": [...range(1, 9), 64, 513].map((width) => dense([1, width], 10)),
    "without bias": [dense([1, 6], 3, false), dense([3, 6], 17, false)],
    "any number of axes": [dense([6], 5), dense([3, 6], 5), dense([2, 3, 6], 5), dense([2, 1, 3, 4], 18)],
    "1,000 classes": [dense([1, 64], 1000)],
  },
  refused: [
    [
      {},
      [
        [1, 3],
        [2, 4],
      ],
      /filter wants 4 input features, input has shape 1x3/,
    ],
    [{}, [[1, 3], [2, 3], [3]], /bias has shape 3, expected 2/],
    [{}, [[1, 3], [3]], /expected a filter with 2 axes/],
  ],
});

test.run();
