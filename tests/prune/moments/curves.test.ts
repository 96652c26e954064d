import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hullSlopes, marginalScores } from "../../../src/prune/moments/curves.js";
import { scaledErrors } from "../../../src/prune/sensitivity.js";

const test = suite("prune/moments/curves");

const curve = { errors: Float64Array.of(1, 1.5, 4, 5, 9) };

test("slopes of the hull grow, and never lie above the curve", () => {
  assert.equal([...hullSlopes([1, 3, 6])], [1, 2, 3]);
  assert.equal([...hullSlopes([4, 5, 6])], [2, 2, 2]);
  assert.equal([...hullSlopes(curve.errors)], [0.75, 0.75, 1.75, 1.75, 4]);
  assert.equal([...hullSlopes([])], []);
  assert.equal([...hullSlopes([0, 0])], [0, 0]);
});

test("scores are error for each unit of cost, and rise along the curve", () => {
  const scores = marginalScores(curve, 10);
  assert.equal([scores[0], scores[4]], [0.075, 0.4]);
  for (const each of [scores, marginalScores({ errors: new Float64Array(5) }, 1)]) {
    assert.ok(each.every((score, place) => place === 0 || score > each[place - 1]!));
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
