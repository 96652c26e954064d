import { suite } from "uvu";
import * as assert from "uvu/assert";
import { offsetsOf, stridesOf } from "../../src/graph/strides.js";

const test = suite("graph/strides");

const walk = (count: number, at: (i: number) => number) => Array.from({ length: count }, (_, i) => at(i));

test("strides of a value, the last axis fastest", () => {
  assert.equal(stridesOf([2, 3, 4]), [12, 4, 1]);
  assert.equal(stridesOf([]), []);
});

test("a value's own strides number its elements", () => {
  assert.equal(
    walk(24, offsetsOf([2, 3, 4], stridesOf([2, 3, 4]))),
    walk(24, (i) => i),
  );
  assert.equal(walk(1, offsetsOf([], [], 7)), [7]);
});

test("transposed, repeated, and backwards from a first element", () => {
  assert.equal(walk(6, offsetsOf([3, 2], [1, 3])), [0, 3, 1, 4, 2, 5]);
  assert.equal(walk(6, offsetsOf([2, 3], [0, 1])), [0, 1, 2, 0, 1, 2]);
  assert.equal(walk(4, offsetsOf([2, 2], [6, -2], 5)), [5, 3, 11, 9]);
});

test.run();
