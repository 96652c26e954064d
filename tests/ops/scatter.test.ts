import { operatorSuite, range, single, tensor, value } from "./oracle.js";

const odd = (count: number) => range(0, count - 1).map((i) => 2 * i + 1);

const test = operatorSuite("scatter", {
  meanings: [
    { attrs: { axis: 0, indices: [1, 3], size: 4 }, inputs: [tensor([2], 5, 6)], output: tensor([4], 0, 5, 0, 6) },
    {
      attrs: { axis: 1, indices: [0, 2], size: 3 },
      inputs: [tensor([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
      output: tensor([2, 3, 2], 1, 2, 0, 0, 3, 4, 5, 6, 0, 0, 7, 8),
    },
  ],
  cases: {
    "along every axis": range(0, 3).map((axis) =>
      single("scatter", { axis, indices: [0, 2, 3, 6], size: 8 }, value(4, 4, 4, 4)),
    ),
    "single elements around whole vectors": range(1, 13).map((count) =>
      single("scatter", { axis: 1, indices: odd(count), size: 27 }, value(3, count)),
    ),
    "runs around whole vectors, and long ones": [...range(2, 9), 111, 112, 113].map((inner) =>
      single("scatter", { axis: 1, indices: [1, 2, 4], size: 5 }, value(2, 3, inner)),
    ),
    "nothing left out": [single("scatter", { axis: 1, indices: [0, 1, 2], size: 3 }, value(2, 3, 4))],
  },
  refused: [
    [{ axis: 2, indices: [0, 1], size: 2 }, [[2, 3]], /axis 2 of an input with 2 axes/],
    [{ axis: 1, indices: [], size: 3 }, [[2, 3]], /no indices are listed/],
    [{ axis: 1, indices: [0, 2, 2], size: 4 }, [[2, 3]], /must be strictly increasing from 0 to 3: 2 follows 2/],
    [{ axis: 1, indices: [0, 1, 4], size: 4 }, [[2, 3]], /4 follows 1/],
    [{ axis: 1, indices: [0, 1], size: 4 }, [[2, 3]], /2 indices for axis 1, which has 3 elements/],
    [{ axis: 1, indices: [0], size: 0 }, [[2, 1]], /size is 0, expected 1 or more/],
  ],
});

test.run();
