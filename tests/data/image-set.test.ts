import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ImageSet, limit } from "../../src/data/image-set.js";
import { RequestError } from "../../src/errors.js";
import { fails } from "./files.js";

const test = suite("data/image-set");

const SET: ImageSet = {
  name: "ten",
  count: 10,
  classes: ["even", "odd"],
  picture: (index) => ({ width: 1, height: 1, channels: 1, pixels: Uint8Array.of(index) }),
  label: (index) => index % 2,
};

test("the first few", () => {
  const few = limit(SET, 3);
  assert.is(few.count, 3);
  assert.equal(few.classes, SET.classes);
  assert.match(few.name, "ten");
  assert.equal(few.picture(2).pixels, Uint8Array.of(2));
  assert.is(few.label(1), 1);
  fails(() => few.picture(3), RequestError, /from 0 to 2, came 3/);
  fails(() => few.label(-1), RequestError, /came -1/);
});

test("files that were skipped are still named", () => {
  const skipped = [{ path: "a", reason: "b" }];
  assert.equal(limit({ ...SET, skipped }, 3).skipped, skipped);
  assert.is(limit(SET, 3).skipped, undefined);
});

test("no more than there are", () => {
  assert.is(limit(SET, 10), SET);
  assert.is(limit(SET, 1000), SET);
});

test("at least one", () => {
  for (const n of [0, -1, 1.5, NaN, Infinity]) fails(() => limit(SET, n), RequestError, /number of pictures/);
});

test.run();
