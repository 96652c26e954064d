import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const attrs = { size: 3, alpha: 0.6, beta: 0.75, bias: 1 };

const test = operatorSuite("lrn", {
  meanings: [
    {
      attrs: { size: 3, alpha: 3, beta: 0.5, bias: 3 },
      inputs: [tensor([1, 3, 1], 1, 2, 2)],
      output: tensor([1, 3, 1], 1 / Math.sqrt(8), 2 / Math.sqrt(12), 2 / Math.sqrt(11)),
    },
    {
      attrs: { size: 2, alpha: 2, beta: 1, bias: 1 },
      inputs: [tensor([1, 2, 1], 1, 3)],
      output: tensor([1, 2, 1], 1 / 11, 0.3),
    },
  ],
  cases: {
    "planes around whole vectors": range(1, 9).map((n) => single("lrn", attrs, value(2, 4, n))),
    "every size": range(1, 8).map((size) => single("lrn", { ...attrs, size }, value(2, 5, 3, 2))),
    "powers, also of numbers below 1": [0.25, 0.5, 1, 2].flatMap((beta) => [
      single("lrn", { ...attrs, beta }, value(1, 5, 7)),
      single("lrn", { ...attrs, beta, bias: 0.125, alpha: 0.01 }, value(1, 5, 7)),
    ]),
  },
  refused: [
    [attrs, [[3]], /2 axes or more/],
    [{ ...attrs, bias: 0 }, [[1, 3]], /bias 0/],
  ],
});

test.run();
