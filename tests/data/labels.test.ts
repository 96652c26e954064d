import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ImageSet } from "../../src/data/image-set.js";
import { checkLabels, countClasses } from "../../src/data/labels.js";
import { DataError } from "../../src/errors.js";
import { fails } from "./files.js";

const test = suite("data/labels");

/** A set whose pictures nobody may read. */
function setOf(labels: readonly (number | undefined)[], classes: readonly string[] = []): ImageSet {
  const picture = () => assert.unreachable("reads a picture");
  return { name: "some", count: labels.length, classes, picture: picture as never, label: (index) => labels[index] };
}

test("good labels", () => {
  checkLabels(setOf([0, 2, 1]), 3, "training");
  checkLabels(setOf([]), 3, "training");
});

test("bad ones are named", () => {
  const check = (labels: readonly (number | undefined)[], message: RegExp) =>
    fails(() => checkLabels(setOf(labels), 3, "training"), DataError, message);
  check([0, 3, 9], /^some: label 3 of picture 1, but the network has 3 classes$/);
  check([-1], /^some: label -1 of picture 0/);
  check([1, 2, 0.5], /^some: label 0.5 of picture 2/);
  check([undefined, 1], /^some: has no labels; training needs them$/);
  check([1, undefined], /^some: has no label for picture 1; training needs them$/);
});

test("how many classes", () => {
  assert.is(countClasses(setOf([0, 1], ["a", "b", "c"])), 3);
  assert.is(countClasses(setOf([0, 5, undefined, 2])), 6);
  assert.is(countClasses(setOf([undefined])), 0);
});

test.run();
