import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { StageAccuracies, Variant } from "../../src/report/comparison.js";
import {
  accuracyChange,
  chooseVariant,
  finalAccuracy,
  headline,
  isWithinError,
  standardError,
} from "../../src/report/verdict.js";

const test = suite("report/verdict");

const network = (name: string, medianMs: number, accuracy: StageAccuracies = {}): Variant => ({
  name,
  accuracy,
  medianMs,
  macs: 1,
  parameters: 1,
  bytes: 1,
  peakBytes: 1,
  units: [],
  layers: [],
});
const dense = network("dense", 10, { asCut: 0.9 });
const choose = (...variants: Variant[]) => chooseVariant({ title: "", facts: [], dense, variants })?.name;

test("the accuracy that counts is the last one that was measured", () => {
  assert.is(finalAccuracy(network("a", 1, { asCut: 0.1, statistics: 0.5, fineTuned: 0.8 })), 0.8);
  assert.is(finalAccuracy(network("a", 1, { asCut: 0.1, statistics: 0.5, fineTuned: NaN })), 0.5);
  assert.is(finalAccuracy(network("a", 1, { asCut: 0 })), 0);
  assert.is(finalAccuracy(network("a", 1, { asCut: NaN })), undefined);
  assert.is(accuracyChange(dense, network("a", 1)), undefined);
});

test("standard error of a share", () => {
  assert.is(standardError(0.5, 100), 0.05);
  assert.is(standardError(1, 100), 0);
  assert.is(standardError(0.5, undefined), undefined);
  assert.is(standardError(0.5, 0), undefined);
  assert.is(standardError(NaN, 100), undefined);
});

test("a difference is doubtful below two standard errors of it", () => {
  const two = 2 * Math.SQRT2 * 0.05;
  assert.ok(isWithinError(0.5, 0.5 + 0.9 * two, 100));
  assert.not(isWithinError(0.5, 0.5 + 1.1 * two, 100));
  assert.not(isWithinError(0.5, 0.5, undefined));
});

test("the fastest that loses at most one point", () => {
  const [fast, good, slow] = [
    network("fast", 2, { fineTuned: 0.88 }),
    network("good", 5, { fineTuned: 0.89 }),
    network("slow", 8, { fineTuned: 0.91 }),
  ];
  assert.is(choose(fast, good, slow), "good");
  assert.is(choose(slow, good), "good");
  assert.is(choose(fast, slow), "slow");
});

test("if all lose more, the most accurate; without accuracies the fastest; without variants none", () => {
  assert.is(choose(network("a", 2, { asCut: 0.3 }), network("b", 4, { asCut: 0.4 })), "b");
  assert.is(choose(network("a", 2, { asCut: 0.3 }), network("b", 1)), "a");
  assert.is(choose(network("a", 2), network("b", 4)), "a");
  assert.is(choose(network("a", NaN), network("b", 4)), "b");
  assert.is(choose(), undefined);
});

test("a variant that is named is taken; a name that is not there is not", () => {
  const variants = [network("a", 2, { asCut: 0.9 }), network("b", 4, { asCut: 0.1 })];
  assert.is(chooseVariant({ title: "", facts: [], dense, variants, chosen: "b" })?.name, "b");
  assert.is(chooseVariant({ title: "", facts: [], dense, variants, chosen: "c" })?.name, "a");
});

test("headlines", () => {
  const says = (medianMs: number, fineTuned?: number) =>
    headline(dense, network("a", medianMs, { fineTuned })).replaceAll("\u00a0", " ");
  assert.is(says(5, 0.894), "2.00x faster at 0.6 points less accuracy");
  assert.is(says(5, 0.89), "2.00x faster at 1.0 point less accuracy");
  assert.is(says(5, 0.93), "2.00x faster with 3.0 points more accuracy");
  assert.is(says(5, 0.9), "2.00x faster at the same accuracy");
  assert.is(says(20, 0.9), "2.00x slower at the same accuracy");
  assert.is(says(10.01, 0.9), "As fast as before at the same accuracy");
  assert.is(says(5), "2.00x faster");
  assert.is(says(NaN, 0.894), "0.6 points less accuracy");
  assert.is(says(0, 0.9), "the same accuracy");
  assert.is(says(NaN), "Not measured");
});

test.run();
