import { operatorSuite, single, tensor, value } from "./oracle.js";

const SIZES = [2, 3, 4, 5, 3];

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}

const allOf = (rank: number) =>
  permutations(SIZES.slice(0, rank).map((_, axis) => axis)).map((permutation) =>
    single("transpose", { permutation }, value(...SIZES.slice(0, rank))),
  );

const test = operatorSuite("transpose", {
  meanings: [
    {
      attrs: { permutation: [1, 0] },
      inputs: [tensor([2, 3], 1, 2, 3, 4, 5, 6)],
      output: tensor([3, 2], 1, 4, 2, 5, 3, 6),
    },
    {
      attrs: { permutation: [2, 0, 1] },
      inputs: [tensor([1, 2, 2], 1, 2, 3, 4)],
      output: tensor([2, 1, 2], 1, 3, 2, 4),
    },
  ],
  cases: {
    "every permutation of 0 to 4 axes": [0, 1, 2, 3, 4].flatMap(allOf),
    "every permutation of 5 axes": allOf(5),
    "axes of size 1, and axes that stay together": [
      single("transpose", { permutation: [0, 2, 3, 1] }, value(1, 3, 1, 7)),
      single("transpose", { permutation: [5, 0, 1, 2, 3, 4] }, value(2, 2, 2, 2, 2, 3)),
      single("transpose", { permutation: [3, 4, 5, 0, 1, 2] }, value(2, 2, 2, 2, 2, 3)),
      single("transpose", { permutation: [7, 0, 6, 1, 5, 2, 4, 3] }, value(1, 2, 1, 3, 1, 2, 1, 5)),
    ],
    "more axes than one step walks": [
      single("transpose", { permutation: [0, 3, 4, 1, 5, 2] }, value(2, 2, 2, 3, 4, 5)),
      single("transpose", { permutation: [6, 5, 4, 3, 2, 1, 0] }, value(2, 3, 2, 2, 3, 2, 2)),
    ],
    "runs long enough to be moved as a whole": [
      single("transpose", { permutation: [1, 0, 2] }, value(3, 2, 63)),
      single("transpose", { permutation: [1, 0, 2] }, value(3, 2, 64)),
      single("transpose", { permutation: [1, 0, 2] }, value(3, 2, 65)),
    ],
  },
  refused: [
    [{ permutation: [0, 0] }, [[2, 3]], /not a permutation of 2 axes/],
    [{ permutation: [0] }, [[2, 3]], /not a permutation/],
  ],
});

test.run();
