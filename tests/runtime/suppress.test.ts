/** Suppression on cases computed by hand, and against plain definitions on random boxes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { uniform } from "../../src/random.js";
import { overlap, type Scored, suppress } from "../../src/runtime/suppress.js";

const test = suite("runtime/suppress");

const box = (score: number, x1: number, y1: number, x2: number, y2: number, c = 0): Scored => ({
  class: c,
  score,
  x1,
  y1,
  x2,
  y2,
});
const ALL = { iou: 0.5, most: 100, acrossClasses: false };

test("overlap is shared area over joint area", () => {
  assert.is(overlap(box(1, 0, 0, 2, 2), box(1, 0, 0, 2, 2)), 1);
  assert.is(overlap(box(1, 0, 0, 2, 2), box(1, 1, 1, 3, 3)), 1 / 7);
  assert.is(overlap(box(1, 0, 0, 4, 2), box(1, 0, 0, 2, 2)), 0.5);
  assert.is(overlap(box(1, 0, 0, 1, 1), box(1, 1, 0, 2, 1)), 0, "they touch");
  assert.is(overlap(box(1, 0, 0, 1, 1), box(1, 5, 5, 6, 6)), 0);
});

test("only more overlap than allowed suppresses", () => {
  const [whole, half] = [box(0.9, 0, 0, 4, 2), box(0.8, 0, 0, 2, 2)];
  assert.equal(suppress([half, whole], ALL), [whole, half]);
  assert.equal(suppress([half, whole], { ...ALL, iou: 0.49 }), [whole]);
});

test("a suppressed box suppresses nothing", () => {
  // b overlaps a and c by 3/5; a and c overlap by 1/3.
  const [a, b, c] = [box(0.9, 0, 0, 4, 1), box(0.8, 1, 0, 5, 1), box(0.7, 2, 0, 6, 1)];
  assert.equal(suppress([c, b, a], ALL), [a, c]);
});

test("classes leave each other alone unless asked", () => {
  const [cat, dog] = [box(0.9, 0, 0, 2, 2, 0), box(0.8, 0, 0, 2, 2, 1)];
  assert.equal(suppress([dog, cat], ALL), [cat, dog]);
  assert.equal(suppress([dog, cat], { ...ALL, acrossClasses: true }), [cat]);
});

test("of equal scores the earlier box is the better one", () => {
  const [first, second] = [box(0.5, 0, 0, 2, 2), box(0.5, 0, 0, 2, 2.1)];
  assert.equal(suppress([first, second], ALL), [first]);
  assert.equal(suppress([second, first], ALL), [second]);
});

test("at most so many are left, the best of all classes", () => {
  const many = [0.1, 0.5, 0.3, 0.9].map((score, i) => box(score, 10 * i, 0, 10 * i + 1, 1, i % 2));
  assert.equal(
    suppress(many, { ...ALL, most: 2 }).map(({ score }) => score),
    [0.9, 0.5],
  );
});

test("nothing in, nothing out; the list itself stays as it was", () => {
  assert.equal(suppress([], ALL), []);
  const list = [box(0.1, 0, 0, 1, 1), box(0.9, 0, 0, 1, 1)];
  const copy = [...list];
  suppress(list, ALL);
  assert.equal(list, copy);
});

/** Boxes on a coarse grid, so that equal scores and equal overlaps occur. */
function randomBoxes(seed: number, count: number): Scored[] {
  const next = uniform(seed);
  const whole = (below: number) => Math.floor(next() * below);
  return Array.from({ length: count }, () => {
    const [x, y] = [whole(8), whole(8)];
    return box(whole(10) / 10, x, y, x + 1 + whole(5), y + 1 + whole(5), whole(3));
  });
}

/** Counts the cells of the grid that two boxes share and cover. */
function countedOverlap(a: Scored, b: Scored): number {
  let [shared, joint] = [0, 0];
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      const inside = ({ x1, y1, x2, y2 }: Scored) => x >= x1 && x < x2 && y >= y1 && y < y2;
      if (inside(a) && inside(b)) shared++;
      if (inside(a) || inside(b)) joint++;
    }
  }
  return shared / joint;
}

/** The definition: again and again the first of the best that are left is taken, and what overlaps it goes. */
function byDefinition(boxes: readonly Scored[], iou: number, acrossClasses: boolean): Scored[] {
  if (boxes.length === 0) return [];
  const best = boxes.reduce((a, b) => (b.score > a.score ? b : a));
  const rest = boxes.filter(
    (other) => other !== best && !((acrossClasses || other.class === best.class) && countedOverlap(best, other) > iou),
  );
  return [best, ...byDefinition(rest, iou, acrossClasses)];
}

test("random boxes give what the definition gives", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const boxes = randomBoxes(seed, 1 + ((seed * 7) % 50));
    for (const iou of [0, 0.25, 0.5, 0.9, 1]) {
      for (const acrossClasses of [false, true]) {
        const expected = byDefinition(boxes, iou, acrossClasses);
        for (const most of [1, 5, 100]) {
          assert.equal(suppress(boxes, { iou, most, acrossClasses }), expected.slice(0, most), `seed ${seed}, ${iou}`);
        }
      }
    }
  }
});

test.run();
