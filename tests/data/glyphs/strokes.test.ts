import { suite } from "uvu";
import * as assert from "uvu/assert";
import { coverPolyline, flatten } from "../../../src/data/glyphs/strokes.js";

const test = suite("data/glyphs/strokes");

const SIDE = 12;

function covered(points: readonly number[], radius: number, softness = 1): Float64Array {
  const coverage = new Float64Array(SIDE * SIDE);
  coverPolyline(coverage, SIDE, points, { radius, softness });
  return coverage;
}

/** Distance of a point from a segment, straight from the definition, by trying many places on it. */
function distance(px: number, py: number, [x1, y1, x2, y2]: readonly number[]): number {
  let least = Infinity;
  for (let i = 0; i <= 4000; i++) {
    const t = i / 4000;
    least = Math.min(least, Math.hypot(x1! + t * (x2! - x1!) - px, y1! + t * (y2! - y1!) - py));
  }
  return least;
}

test("coverage falls from 1 to 0 over the softness around the radius", () => {
  for (const segment of [
    [2.3, 3.1, 9.7, 6.4],
    [6, 1, 6, 11],
    [4.5, 4.5, 4.5, 4.5],
    [-5, -3, 20, 14],
  ]) {
    for (const [radius, softness] of [
      [1.2, 1],
      [0.5, 1.8],
      [3, 4],
    ] as const) {
      const coverage = covered(segment, radius, softness);
      coverage.forEach((value, at) => {
        const d = distance((at % SIDE) + 0.5, Math.floor(at / SIDE) + 0.5, segment);
        const expected = Math.min(Math.max((radius + softness / 2 - d) / softness, 0), 1);
        assert.ok(Math.abs(value - expected) < 1e-3, `${at}: ${value} instead of ${expected}`);
      });
    }
  }
});

test("where strokes meet, the stronger coverage stays", () => {
  const [one, two] = [
    [2, 2, 9, 9],
    [2, 9, 9, 2],
  ];
  const both = covered(one!, 1);
  coverPolyline(both, SIDE, two!, { radius: 1, softness: 1 });
  const [a, b] = [covered(one!, 1), covered(two!, 1)];
  assert.equal(
    both,
    a.map((value, at) => Math.max(value, b[at]!)),
  );
});

test("what lies outside covers nothing", () => {
  for (const points of [
    [-9, -9, -4, -4],
    [30, 5, 40, 5],
    [5, 30, 5, 14],
  ]) {
    assert.ok(covered(points, 1).every((value) => value === 0));
  }
});

test("a curve passes through its points, and a closed one comes back", () => {
  const points = [0, 0, 4, 1, 5, 5, 1, 6];
  const [open, closed] = [flatten(points, false), flatten(points, true)];
  const has = (line: readonly number[], x: number, y: number) =>
    line.some((value, at) => at % 2 === 0 && value === x && line[at + 1] === y);
  for (let at = 0; at < points.length; at += 2) {
    for (const line of [open, closed]) assert.ok(has(line, points[at]!, points[at + 1]!));
  }
  assert.equal(open.slice(-2), [1, 6]);
  assert.equal(closed.slice(-2), [0, 0]);
  assert.ok(closed.length > open.length);
});

test("evenly spaced points on a line give that line", () => {
  const line = flatten([0, 0, 1, 2, 2, 4, 3, 6], false);
  for (let at = 0; at < line.length; at += 2) assert.ok(Math.abs(line[at + 1]! - 2 * line[at]!) < 1e-12);
});

test.run();
