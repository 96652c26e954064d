import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { ModelError } from "../../src/errors.js";
import { constant, operatorSuite, range, single, tensor, value } from "./oracle.js";

const product = (m: number, k: number, n: number, ...batch: number[]) =>
  single("matmul", {}, value(...batch, m, k), value(...batch, k, n));

const test = operatorSuite("matmul", {
  meanings: [
    {
      attrs: {},
      inputs: [tensor([2, 2], 1, 2, 3, 4), tensor([2, 2], 5, 6, 7, 8)],
      output: tensor([2, 2], 19, 22, 43, 50),
    },
    {
      attrs: {},
      inputs: [tensor([2, 1, 2], 1, 2, 3, 4), tensor([2, 2, 1], 5, 6, 7, 8)],
      output: tensor([2, 1, 1], 17, 53),
    },
  ],
  cases: {
    "columns around whole vectors": range(1, 9).map((n) => product(3, 5, n)),
    "rows and depths": range(1, 9).flatMap((n) => [product(n, 4, 6), product(3, n, 6)]),
    batches: [product(2, 3, 5, 3), product(4, 7, 3, 2, 3), product(1, 1, 1, 2), product(5, 64, 17, 1, 2)],
  },
  refused: [
    [
      {},
      [
        [2, 3],
        [2, 3],
      ],
      /no matrix product of 2x3 and 2x3/,
    ],
    [{}, [[3], [3, 2]], /no matrix product/],
    [
      {},
      [
        [2, 2, 3],
        [3, 3, 2],
      ],
      /no matrix product/,
    ],
  ],
});

test("a constant factor is refused, with the way out", () => {
  assert.throws(
    () => compile(single("matmul", {}, value(2, 3), constant(3, 2))),
    (error: unknown) => error instanceof ModelError && /belongs into a gemm/.test(error.message),
  );
});

test.run();
