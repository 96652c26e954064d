import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hullSlopes, marginalScores } from "../../../src/prune/moments/curves.js";
import { scaledErrors } from "../../../src/prune/sensitivity.js";
import { findUnits } from "../../../src/prune/units.js";
import { ARCHITECTURES } from "../architectures.js";

const test = suite("prune/moments/curves");

const unit = findUnits(ARCHITECTURES["vgg"]!()).units.find(({ width }) => width === 6)!;
const curve = { unit, consumers: [], order: [3, 0, 5, 1, 2], errors: Float64Array.of(1, 1.5, 4, 5, 9) };

test("slopes of the hull grow, and never lie above the curve", () => {
  assert.equal([...hullSlopes([1, 3, 6])], [1, 2, 3]);
  assert.equal([...hullSlopes([4, 5, 6])], [2, 2, 2]);
  assert.equal([...hullSlopes(curve.errors)], [0.75, 0.75, 1.75, 1.75, 4]);
  assert.equal([...hullSlopes([])], []);
  assert.equal([...hullSlopes([0, 0])], [0, 0]);
});

test("scores are error for each unit of cost, in the order of the curve, and the last channel never goes", () => {
  const scores = marginalScores(curve, 10);
  const sorted = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  assert.equal(sorted, [3, 0, 5, 1, 2, 4]);
  assert.is(scores[3], 0.075);
  assert.is(scores[2], 0.4);
  assert.is(scores[4], Number.MAX_VALUE);
  const flat = marginalScores({ ...curve, errors: new Float64Array(5) }, 1);
  assert.equal(
    [...flat.keys()].sort((a, b) => flat[a]! - flat[b]!),
    [3, 0, 5, 1, 2, 4],
  );
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
