/** Dendrograms against ones worked out by hand, and against joining by looking at all pairs of members. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dendrogram, type Linkage } from "../../src/linalg/clustering.js";
import { uniform } from "../../src/random.js";

const test = suite("linalg/clustering");

/** Distances of points on a line. */
const line = (points: readonly number[]) => points.flatMap((a) => points.map((b) => Math.abs(a - b)));

test("five points on a line, by hand", () => {
  const distances = line([0, 1, 3, 7, 7.5]);
  assert.equal(dendrogram(distances, 5, "complete"), [
    { into: 3, from: 4, height: 0.5 },
    { into: 0, from: 1, height: 1 },
    { into: 0, from: 2, height: 3 },
    { into: 0, from: 3, height: 7.5 },
  ]);
  assert.equal(dendrogram(distances, 5, "average"), [
    { into: 3, from: 4, height: 0.5 },
    { into: 0, from: 1, height: 1 },
    { into: 0, from: 2, height: 2.5 },
    { into: 0, from: 3, height: (7 + 7.5 + 6 + 6.5 + 4 + 4.5) / 6 },
  ]);
});

test("equals join first, in the order of their numbers", () => {
  assert.equal(
    dendrogram(line([2, 5, 2, 2]), 4, "complete").map(({ into, from, height }) => [into, from, height]),
    [
      [0, 2, 0],
      [0, 3, 0],
      [0, 1, 3],
    ],
  );
  assert.equal(dendrogram([0], 1, "average"), []);
  assert.equal(dendrogram([], 0, "average"), []);
});

/** The next join by the definition: mean or largest of all distances between members. */
function joinByMembers(distances: readonly number[], count: number, linkage: Linkage) {
  const clusters = new Map(Array.from({ length: count }, (_, i) => [i, [i]]));
  const apart = (a: readonly number[], b: readonly number[]) => {
    const all = a.flatMap((i) => b.map((j) => distances[i * count + j]!));
    return linkage === "complete" ? Math.max(...all) : all.reduce((sum, d) => sum + d, 0) / all.length;
  };
  return Array.from({ length: count - 1 }, () => {
    const pairs = [...clusters.keys()].flatMap((a) => [...clusters.keys()].filter((b) => b > a).map((b) => [a, b]));
    const heights = pairs.map(([a, b]) => apart(clusters.get(a!)!, clusters.get(b!)!));
    const height = Math.min(...heights);
    const [into, from] = pairs[heights.indexOf(height)] as [number, number];
    clusters.get(into)!.push(...clusters.get(from)!);
    clusters.delete(from);
    return { into, from, height };
  });
}

for (const linkage of ["average", "complete"] as const) {
  test(`by lot, ${linkage} linkage`, () => {
    const next = uniform(3);
    for (const count of [2, 3, 7, 24]) {
      const distances = Array.from({ length: count * count }, () => 0);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < i; j++) distances[i * count + j] = distances[j * count + i] = next();
      }
      const expected = joinByMembers(distances, count, linkage);
      dendrogram(distances, count, linkage).forEach(({ into, from, height }, k) => {
        assert.equal([into, from], [expected[k]!.into, expected[k]!.from]);
        assert.ok(Math.abs(height - expected[k]!.height) < 1e-12);
        assert.ok(k === 0 || height >= expected[k - 1]!.height - 1e-12, "heights do not fall");
      });
    }
  });
}

test.run();
