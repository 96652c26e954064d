import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSet, SET_KINDS } from "../../src/data/open-set.js";
import { DataError, RequestError } from "../../src/errors.js";
import { fails, greyPng, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/open-set");
const folder = temporaryFolder();

test("opens what is named", () => {
  const path = writeIn(folder, "a.bin", new Uint8Array(3073 * 2));
  assert.is(openSet(`cifar10:${path}`).count, 2);
});

test("passes the split on", () => {
  const sets = temporaryFolder();
  writeIn(sets, "test_batch.bin", new Uint8Array(3073));
  writeIn(sets, "data_batch_1.bin", new Uint8Array(3073 * 2));
  assert.equal([openSet(`cifar10:${sets}`).count, openSet(`cifar10:${sets}`, { split: "train" }).count], [1, 2]);
});

test("two files with a comma", () => {
  const npy = (shape: string, bytes: number[]): Uint8Array => {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}}`;
    return Buffer.concat([
      Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(text.length, 0)}${text}`, "latin1"),
      Buffer.from(bytes),
    ]);
  };
  const images = writeIn(folder, "images.npy", npy("(1, 2, 2)", [1, 2, 3, 4]));
  const labels = writeIn(folder, "labels.npy", npy("(1,)", [6]));
  assert.is(openSet(`npy:${images},${labels}`).label(0), 6);
  assert.is(openSet(`npy:${images}`).label(0), undefined);
});

test("lists the kinds", () => {
  const specs = ["", "cifar10", "cifar10:", "cifar10,x", "imagenet:x", "constructor:x", "__proto__:x", ":x", "glyphs:"];
  for (const spec of [...specs, "glyph", "glyphs2"]) {
    fails(() => openSet(spec), RequestError, /cifar10:FILE.*cifar100:FILE.*mnist:FOLDER.*images:.*npy:IMAGES.*glyphs/);
  }
});

test("folders and lists of pictures", () => {
  const pictures = temporaryFolder();
  mkdirSync(join(pictures, "cat"));
  const cat = writeIn(pictures, "cat/1.png", greyPng(7));
  assert.equal(openSet(`images:${pictures}`).classes, ["cat"]);
  assert.is(openSet(`images:${writeIn(pictures, "LIST.TXT", `${cat} 5`)}`).label(0), 5);
});

test("the built-in set needs no path", () => {
  for (const spec of ["glyphs", "glyphs:test", "glyphs:seed=1", "glyphs,seed=1", "glyphs:test,n=2000,seed=1"]) {
    assert.is(openSet(spec).name, "glyphs:test,seed=1,n=2000");
  }
  assert.is(openSet("glyphs,n=30", { split: "train" }).name, "glyphs:train,seed=1,n=30");
});

/** Those that read files. */
const FILE_KINDS = Object.keys(SET_KINDS).filter((kind) => !SET_KINDS[kind]!.builtIn);

test("a path that cannot be one", () => {
  for (const kind of FILE_KINDS) fails(() => openSet(`${kind}:a\0b`), DataError, /could not read it/);
});

test("every kind names what is missing", () => {
  const none = join(folder, "none");
  for (const kind of FILE_KINDS) {
    fails(() => openSet(`${kind}:${none}`), DataError, /none: expected .*, found nothing; check the path$/);
  }
});

test.run();
