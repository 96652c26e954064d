/** The LASSO's optimality conditions, and the blocks that it leaves. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Problem } from "../../src/linalg/elimination.js";
import { descend, lassoOf, lassoSelection } from "../../src/linalg/lasso.js";
import { normal } from "../../src/random.js";

const test = suite("linalg/lasso");
const [BLOCKS, SIZE, OUTPUTS, ROWS] = [6, 2, 3, 200];
const INPUTS = BLOCKS * SIZE;

const next = normal(1);
const x = Array.from({ length: ROWS }, () => {
  const hidden = next();
  return Array.from({ length: INPUTS }, () => next() + hidden);
});
const filter = Array.from({ length: OUTPUTS * INPUTS }, (_, at) => next() * (1 + (at % INPUTS)));
/** What block i adds to output o in row r. */
const share = (r: number, i: number, o: number) =>
  [...Array(SIZE).keys()].reduce((sum, k) => sum + x[r]![i * SIZE + k]! * filter[o * INPUTS + i * SIZE + k]!, 0);
const y = x.map((_, r) =>
  Array.from({ length: OUTPUTS }, (_o, o) =>
    [...Array(BLOCKS).keys()].reduce((sum, i) => sum + share(r, i, o), next()),
  ),
);
const problem: Problem = {
  inputs: INPUTS,
  outputs: OUTPUTS,
  weight: 0.25,
  products: Float64Array.from({ length: INPUTS ** 2 }, (_, at) =>
    x.reduce((sum, row) => sum + row[Math.floor(at / INPUTS)]! * row[at % INPUTS]!, 0),
  ),
  targets: Float64Array.from({ length: INPUTS * OUTPUTS }, (_, at) =>
    x.reduce((sum, row, r) => sum + row[Math.floor(at / OUTPUTS)]! * y[r]![at % OUTPUTS]!, 0),
  ),
  blocks: Array.from({ length: BLOCKS }, (_, b) => Int32Array.of(b * SIZE, b * SIZE + 1)),
};
const lasso = lassoOf([problem], [filter]);

test("the Gram matrix is that of the blocks' shares of the outputs, stretched out to one column each", () => {
  for (let i = 0; i < BLOCKS; i++) {
    let correlation = 0;
    for (let r = 0; r < ROWS; r++) for (let o = 0; o < OUTPUTS; o++) correlation += 0.25 * share(r, i, o) * y[r]![o]!;
    assert.ok(Math.abs(lasso.correlation[i]! - correlation) < 1e-8 * Math.abs(correlation) + 1e-8);
    for (let j = 0; j < BLOCKS; j++) {
      let product = 0;
      for (let r = 0; r < ROWS; r++)
        for (let o = 0; o < OUTPUTS; o++) product += 0.25 * share(r, i, o) * share(r, j, o);
      assert.ok(Math.abs(lasso.gram[i * BLOCKS + j]! - product) < 1e-8 * Math.abs(product) + 1e-8, `${i}, ${j}`);
    }
  }
});

test("optimality: the slope is the penalty where a factor is not 0, and no more where it is", () => {
  const most = Math.max(...lasso.correlation.map(Math.abs));
  for (const penalty of [0.001, 0.1, 0.4, 0.8].map((part) => part * most)) {
    const factors = descend(lasso, penalty, new Float64Array(BLOCKS));
    factors.forEach((factor, i) => {
      const slope = factors.reduce((sum, other, j) => sum - lasso.gram[i * BLOCKS + j]! * other, lasso.correlation[i]!);
      if (factor === 0) assert.ok(Math.abs(slope) <= penalty * (1 + 1e-4), `${i}: ${slope} at ${penalty}`);
      else assert.ok(Math.abs(slope - Math.sign(factor) * penalty) < 1e-4 * most, `${i}: ${slope} at ${penalty}`);
    });
  }
  assert.equal(
    [...descend(lasso, most, new Float64Array(BLOCKS))],
    Array.from({ length: BLOCKS }, () => 0),
  );
});

test("as many blocks stay as are asked for, and those are what some penalty leaves", () => {
  for (let keep = 1; keep < BLOCKS; keep++) {
    const kept = lassoSelection(lasso, keep);
    assert.is(kept.length, keep);
    assert.equal(
      kept,
      [...new Set(kept)].sort((a, b) => a - b),
    );
  }
  const energy = (i: number) => lasso.gram[i * (BLOCKS + 1)]!;
  const largest = [...Array(BLOCKS).keys()].reduce((a, b) => (lasso.correlation[b]! > lasso.correlation[a]! ? b : a));
  assert.equal(lassoSelection(lasso, 1), [largest]);
  assert.ok(energy(largest) > 0);
});

test("blocks that give nothing are never chosen before others, and no variation at all does no harm", () => {
  const silent = filter.map((w, at) => (Math.floor((at % INPUTS) / SIZE) === 5 ? 0 : w));
  assert.not.ok(lassoSelection(lassoOf([problem], [silent]), 5).includes(5));
  const still = { ...problem, products: new Float64Array(INPUTS ** 2), targets: new Float64Array(INPUTS * OUTPUTS) };
  assert.equal(lassoSelection(lassoOf([still], [filter]), 2), [0, 1]);
});

test.run();
