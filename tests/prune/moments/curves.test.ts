import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hullSlopes, marginalScores } from "../../../src/prune/moments/curves.js";
import { scaledErrors } from "../../../src/prune/sensitivity.js";

const test = suite("prune/moments/curves");

const curve = { errors: Float64Array.of(1, 1.5, 4, 5, 9) };

const each = (count: number, price = 1) => Array.from({ length: count }, (_, i) => price * (i + 1));

test("slopes of the hull grow, and never lie above the curve", () => {
  const slopes = (errors: ArrayLike<number>, saved = each(errors.length)) => [...hullSlopes(errors, saved)];
  assert.equal(slopes([1, 3, 6]), [1, 2, 3]);
  assert.equal(slopes([4, 5, 6]), [2, 2, 2]);
  assert.equal(slopes(curve.errors), [0.75, 0.75, 1.75, 1.75, 4]);
  assert.equal(slopes([]), []);
  assert.equal(slopes([0, 0]), [0, 0]);
  assert.equal(slopes([1, 3, 6], [1, 2, 8]), [0.75, 0.75, 0.75], "a last step that saves much");
});

test("scores are error for each unit of cost, and rise along the curve", () => {
  const scores = marginalScores(curve.errors, each(5, 10));
  assert.equal([scores[0], scores[4]], [0.075, 0.4]);
  for (const list of [scores, marginalScores(new Float64Array(5), each(5))]) {
    assert.ok(list.every((score, place) => place === 0 || score > list[place - 1]!));
  }
});

test("a curve in units of what was measured goes through its points, and moves as the curve does in between", () => {
  const point = (kept: number, logitError: number) => ({ kept, logitError, divergence: 0, top1: undefined });
  const scaled = scaledErrors(curve.errors, 6, [point(4, 30), point(2, 44)]);
  assert.equal([...scaled], [20, 30, 30 + (14 * 2.5) / 3.5, 44, (44 / 5) * 9]);
  assert.equal([...scaledErrors(curve.errors, 6, [])], [...curve.errors]);
  const falling = scaledErrors(curve.errors, 6, [point(4, 30), point(2, 10)]);
  assert.ok(
    falling.every((v, i) => i === 0 || v >= falling[i - 1]!),
    falling.join(),
  );
});

test.run();
