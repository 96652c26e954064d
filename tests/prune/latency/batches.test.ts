import { suite } from "uvu";
import * as assert from "uvu/assert";
import { batchesOf } from "../../../src/prune/latency/batches.js";

const test = suite("prune/latency/batches");
const batches = (...sizes: readonly number[]) => batchesOf(sizes, (size) => size, 10);

test("as many at a time as fit, in their order", () => {
  assert.equal(batches(4, 6, 1, 9, 2), [[4, 6], [1, 9], [2]]);
  assert.equal(batches(), []);
});

test("what does not fit by itself comes alone", () => {
  assert.equal(batches(30, 1, 40, 2, 3), [[30], [1], [40], [2, 3]]);
});

test.run();
