import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eigen } from "../../../src/linalg/decompose.js";
import { multiply, transpose } from "../../../src/linalg/products.js";
import { bayesianRank } from "../../../src/prune/low-rank/vbmf.js";
import { noise } from "./layers.js";

const test = suite("prune/low-rank/vbmf");

/** Squares of the singular values of a product of two matrices with noise on it. */
function planted(rows: number, columns: number, rank: number, deviation: number): Float64Array {
  const [left, right] = [noise(rows * rank, 1), noise(rank * columns, 2)];
  const grains = noise(rows * columns, 3);
  const signal = rank ? multiply(left, right, rows) : new Float64Array(rows * columns);
  const matrix = signal.map((v, i) => v + deviation * grains[i]!);
  return eigen(multiply(matrix, transpose(matrix, rows), rows), rows).values;
}

test("a planted rank is found under noise of any strength that leaves it visible", () => {
  for (const [rows, columns] of [
    [20, 30],
    [32, 288],
    [64, 64],
  ] as const) {
    for (const rank of [1, 3, 8]) {
      for (const deviation of [0.01, 0.1, 0.5]) {
        const found = bayesianRank(planted(rows, columns, rank, deviation), rows, columns);
        assert.is(found, rank, `${rows}x${columns}, noise ${deviation}`);
      }
    }
  }
});

test("noise alone has no rank, nothing has none either, and units do not matter", () => {
  assert.is(bayesianRank(planted(30, 60, 0, 1), 30, 60), 0);
  assert.is(bayesianRank(new Float64Array(5), 5, 9), 0);
  const squares = planted(24, 40, 5, 0.2);
  for (const unit of [1e-12, 1e12])
    assert.is(
      bayesianRank(
        squares.map((v) => v * unit),
        24,
        40,
      ),
      5,
    );
});

test("wide or tall, the same rank", () => {
  const squares = planted(24, 40, 5, 0.2);
  assert.is(bayesianRank(squares, 40, 24), bayesianRank(squares, 24, 40));
});

test.run();
