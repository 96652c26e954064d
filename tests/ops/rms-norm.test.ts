import { constant, operatorSuite, range, single, tensor, value } from "./oracle.js";

const norm = (axis: number, shape: readonly number[], s: readonly number[] = shape.slice(axis)) =>
  single("rms-norm", { axis, epsilon: 1e-3 }, value(...shape), constant(...s));

const test = operatorSuite("rms-norm", {
  meanings: [
    {
      attrs: { axis: 1, epsilon: 3 },
      inputs: [tensor([2, 2], 5, 1, 0, 0), tensor([2], 2, 4)],
      output: tensor([2, 2], 2.5, 1, 0, 0),
    },
    { attrs: { axis: 0, epsilon: 0 }, inputs: [tensor([2], 3, 3)], output: tensor([2], 1, 1) },
  ],
  cases: {
    "from every axis on": range(0, 3).map((axis) => norm(axis, [2, 3, 4, 5])),
    "rows around whole vectors": [...range(1, 9), 15, 16, 17].map((n) => norm(1, [3, n])),
    "parameters that are broadcast": [
      norm(1, [2, 3, 4], [3, 1]),
      norm(1, [2, 3, 4], [4]),
      norm(1, [2, 3, 4], [1]),
      norm(2, [2, 3, 4], [1]),
    ],
    "without parameters": [single("rms-norm", { axis: 1, epsilon: 0.1 }, value(3, 10))],
    "long rows": [norm(1, [2, 4999])],
  },
  refused: [
    [{ axis: 2, epsilon: 0 }, [[2, 3]], /axis 2 of an input with 2 axes/],
    [{ axis: 1, epsilon: 0 }, [[2, 3], [2]], /2/],
    [{ axis: 1, epsilon: 0 }, [[2, 1], [2]], /a parameter of shape 2 does not fit 1/],
  ],
});

test.run();
