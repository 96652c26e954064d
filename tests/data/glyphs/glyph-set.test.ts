import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openGlyphs } from "../../../src/data/glyphs/glyph-set.js";
import { GLYPHS } from "../../../src/data/glyphs/outlines.js";
import { limit } from "../../../src/data/image-set.js";
import { RequestError } from "../../../src/errors.js";
import { fails } from "../files.js";

const test = suite("data/glyphs/glyph-set");

const first = (words: string, count = 20, bytes?: number): string[] => {
  const set = openGlyphs(words, { keptBytes: bytes });
  return Array.from({ length: count }, (_, at) => Buffer.from(set.picture(at).pixels).toString("base64"));
};

test("ten balanced classes with names, 32 x 32 in colour", () => {
  const set = openGlyphs("n=40");
  assert.equal([set.count, set.classes.length, new Set(set.classes).size], [40, 10, 10]);
  assert.equal(
    set.classes,
    GLYPHS.map(({ name }) => name),
  );
  const counts = new Map<number, number>();
  for (let at = 0; at < 40; at++) counts.set(set.label(at)!, (counts.get(set.label(at)!) ?? 0) + 1);
  assert.equal([...counts.values()], Array(10).fill(4));
  const { width, height, channels, pixels } = set.picture(39);
  assert.equal([width, height, channels, pixels.length], [32, 32, 3, 3072]);
  fails(() => set.picture(40), RequestError, /from 0 to 39, came 40/);
  fails(() => set.label(-1), RequestError, /came -1/);
});

test("words and the option choose the part", () => {
  const name = (words: string, split?: "train" | "test") => openGlyphs(words, { split }).name;
  assert.is(name(""), "glyphs:test,seed=1,n=2000");
  assert.is(name("", "train"), "glyphs:train,seed=1,n=10000");
  assert.is(name("test", "train"), "glyphs:test,seed=1,n=2000");
  assert.is(name("n=5,train,seed=0"), "glyphs:train,seed=0,n=5");
});

test("words that make no sense", () => {
  for (const words of ["val", "test,", "n=", "n=-1", "n=1.5", "seed=x", "n=1;seed=2", " test"]) {
    fails(() => openGlyphs(words), RequestError, /^glyphs:.*: expected train or test, seed=1, n=2000/);
  }
  fails(() => openGlyphs("n=0"), RequestError, /expected n from 1 to \d+, came 0/);
  fails(() => openGlyphs("n=1000000000"), RequestError, /expected n from/);
  fails(() => openGlyphs("seed=4294967296"), RequestError, /expected seed from 0 to 4294967295/);
  fails(() => openGlyphs("n=1,n=1"), RequestError, /its n is given twice/);
  fails(() => openGlyphs("test,train"), RequestError, /its split is given twice/);
});

test("a picture is of its split, seed and number alone", () => {
  const set = openGlyphs("test");
  const backwards = Array.from({ length: 20 }, (_, at) => set.picture(19 - at).pixels).reverse();
  assert.equal(
    backwards.map((pixels) => Buffer.from(pixels).toString("base64")),
    first("test,n=20"),
  );
  assert.equal(first("test", 20, 0), first("test"), "kept or not");
  assert.equal(limit(set, 3).picture(2), openGlyphs("test").picture(2));
});

test("no picture twice, in no other part and no other seed", () => {
  const all = ["test", "train", "test,seed=2", "train,seed=2", "test,seed=0"].flatMap((words) => first(words, 200));
  assert.is(new Set(all).size, all.length);
});

test("the same pictures everywhere and for ever", () => {
  const hash = createHash("sha256");
  for (const words of ["train", "test"]) for (const picture of first(words, 50)) hash.update(picture, "base64");
  assert.is(hash.digest("hex"), "8df0016cbbbbb514be550dd4370bd0a2fad0a8155cc4464a6d58801d8c3f627c");
});

test("a glyph differs from its ground, and classes from each other", () => {
  // The mean over many pictures of how far a pixel is from its picture's mean: strokes lie where the glyph's do.
  const set = openGlyphs("train,n=2000");
  const means = Array.from({ length: 10 }, () => new Float64Array(1024));
  for (let at = 0; at < set.count; at++) {
    const { pixels } = set.picture(at);
    const grey = Array.from({ length: 1024 }, (_, i) => pixels[3 * i]! + pixels[3 * i + 1]! + pixels[3 * i + 2]!);
    const mean = grey.reduce((a, b) => a + b) / 1024;
    const deviation = Math.sqrt(grey.reduce((a, b) => a + (b - mean) ** 2, 0) / 1024);
    grey.forEach((value, i) => (means[set.label(at)!]![i]! += ((value - mean) / deviation) ** 2 / 200));
  }
  const middle = (sums: Float64Array) => sums[16 * 32 + 16]!;
  const [ring, arrow] = ["ring", "arrow"].map((name) => middle(means[set.classes.indexOf(name)]!));
  assert.ok(arrow! > 1.5 * ring!, `an arrow has a shaft, a ring is empty: ${arrow} and ${ring}`);
});

test.run();
