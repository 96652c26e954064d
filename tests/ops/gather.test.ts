import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const reversed = (count: number) => range(0, count - 1).reverse();

const test = operatorSuite("gather", {
  meanings: [
    { attrs: { axis: 0, indices: [2, 0, 0] }, inputs: [tensor([3], 1, 2, 3)], output: tensor([3], 3, 1, 1) },
    {
      attrs: { axis: 1, indices: [1] },
      inputs: [tensor([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
      output: tensor([2, 1, 2], 3, 4, 7, 8),
    },
  ],
  cases: {
    "along every axis": range(0, 3).map((axis) =>
      single("gather", { axis, indices: [4, 0, 3, 3, 1] }, value(5, 5, 5, 5)),
    ),
    "single elements around whole vectors": range(1, 13).map((count) =>
      single("gather", { axis: 1, indices: reversed(count) }, value(3, 13)),
    ),
    "runs around whole vectors, and long ones": [...range(2, 9), 111, 112, 113].map((inner) =>
      single("gather", { axis: 1, indices: [2, 0, 1, 2] }, value(2, 3, inner)),
    ),
    "more elements than there are": [
      single("gather", { axis: 1, indices: range(0, 99).map((i) => i % 3) }, value(1, 3, 4)),
    ],
  },
  refused: [
    [{ axis: 2, indices: [0] }, [[2, 3]], /axis 2 of an input with 2 axes/],
    [{ axis: 1, indices: [] }, [[2, 3]], /nothing is taken of axis 1/],
    [{ axis: 1, indices: [0, 3] }, [[2, 3]], /element 3 of axis 1, which has 3/],
  ],
});

test.run();
