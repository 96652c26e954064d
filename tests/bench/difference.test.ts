import { suite } from "uvu";
import * as assert from "uvu/assert";
import { differenceOf } from "../../bench/difference.js";

const test = suite("bench/difference");
const f32 = (...numbers: number[]) => Float32Array.from(numbers);

test("the largest difference, and its share of the largest output", () => {
  const difference = differenceOf({ a: f32(1, -4), b: f32(0) }, { a: f32(1.5, -4), b: f32(0) });
  assert.equal(difference, { maxAbs: 0.5, maxRelative: 0.125 });
  assert.equal(differenceOf({ a: f32(0) }, { a: f32(0) }), { maxAbs: 0, maxRelative: 0 });
});

test("each output has a scale of its own", () => {
  const difference = differenceOf({ a: f32(1000), b: f32(1) }, { a: f32(1001), b: f32(1.5) });
  assert.equal(difference, { maxAbs: 1, maxRelative: 0.5 });
});

test("what cannot be compared is infinitely far apart", () => {
  const far = { maxAbs: Infinity, maxRelative: Infinity };
  assert.equal(differenceOf({ a: f32(1) }, {}), far);
  assert.equal(differenceOf({ a: f32(1) }, { a: f32(1, 2) }), far);
  assert.equal(differenceOf({ a: f32(1, 2, 3) }, { a: f32(1, NaN, 3) }), far);
});

test.run();
