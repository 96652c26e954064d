/** Ranks that were planted. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { numericRank } from "../../src/linalg/numeric-rank.js";
import { normal } from "../../src/random.js";

const test = suite("linalg/numeric-rank");

/** A sum of `rank` products of a column and a row, in float32. */
function planted(rows: number, columns: number, rank: number, seed: number): Float32Array {
  const next = normal(seed);
  const matrix = new Float64Array(rows * columns);
  for (let k = 0; k < rank; k++) {
    const [a, b] = [rows, columns].map((size) => Array.from({ length: size }, () => next())) as [number[], number[]];
    for (let i = 0; i < matrix.length; i++) matrix[i]! += a[Math.floor(i / columns)]! * b[i % columns]!;
  }
  return Float32Array.from(matrix);
}

test("planted ranks, up to rounding in float32", () => {
  for (const [rows, columns] of [
    [1, 1],
    [5, 9],
    [9, 5],
    [32, 32],
  ] as const) {
    for (let rank = 0; rank <= Math.min(rows, columns); rank++) {
      assert.is(numericRank(planted(rows, columns, rank, rank + 7), rows, columns), rank, `${rows}x${columns}`);
    }
  }
});

test("the size of the numbers does not matter, and zeros have no rank", () => {
  const matrix = planted(8, 8, 3, 1);
  assert.is(
    numericRank(
      matrix.map((v) => v * 1e-20),
      8,
      8,
    ),
    3,
  );
  assert.is(numericRank(new Float32Array(64), 8, 8), 0);
  assert.is(numericRank([1, 2, 2, 4, 0, 0], 3, 2), 1);
  assert.is(numericRank([1, 0, 0, 1e-9], 2, 2), 1);
  assert.is(numericRank([1, 0, 0, 1e-3], 2, 2), 2);
});

test.run();
