import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openImageFolder } from "../../src/data/image-folder.js";
import type { ImageSet, SetOptions } from "../../src/data/image-set.js";
import { DataError } from "../../src/errors.js";
import { fails, greyPng, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/image-folder");

/** A folder of such files; a number is a picture of this one sample. */
function folderOf(files: Readonly<Record<string, number | string>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeIn(folder, name, typeof content === "number" ? greyPng(content) : content);
  }
  return folder;
}

/** Each picture's class and sample. */
function read(set: ImageSet): (readonly [string, number])[] {
  return Array.from({ length: set.count }, (_, at) => [set.classes[set.label(at)!]!, set.picture(at).pixels[0]!]);
}

const opened = (path: string, options?: SetOptions) => read(openImageFolder(path, options));

test("classes are the sorted folders and take turns; other files do not matter", () => {
  const folder = folderOf({
    "dog/b.png": 4,
    "dog/a.PNG": 3,
    "dog/notes.txt": "",
    "cat/1.png": 1,
    "cat/deeper/2.png": 2,
    "cat/.hidden.png": "",
    ".cache/x.png": "",
    "empty/none.txt": "",
    "read.me": "",
  });
  const set = openImageFolder(folder);
  assert.equal(set.classes, ["cat", "dog", "empty"]);
  assert.equal(read(set), [
    ["cat", 1],
    ["dog", 3],
    ["cat", 2],
    ["dog", 4],
  ]);
  assert.equal(set.skipped, []);
});

test("train and test below", () => {
  const folder = folderOf({
    "train/a/1.png": 1,
    "train/b/2.png": 2,
    "val/a/3.png": 3,
    "test/b/4.png": 4,
  });
  assert.equal(opened(folder), [["b", 4]]);
  assert.equal(opened(folder, { split: "train" }), [
    ["a", 1],
    ["b", 2],
  ]);
  assert.equal(opened(join(folder, "val")), [["a", 3]]);
  assert.is(openImageFolder(folder).name.split("/")[1], "test");
});

test("val where there is no test, and what is missing is named", () => {
  assert.equal(opened(folderOf({ "train/a/1.png": 1, "train/b/1.png": 1, "val/b/3.png": 3 })), [["b", 3]]);
  fails(() => opened(folderOf({ "train/a/1.png": 1 })), DataError, /expected a folder test or val here, found train/);
  fails(() => opened(folderOf({ "val/a/1.png": 1 }), { split: "train" }), DataError, /folder train here, found val/);
});

test("a class that training does not know", () => {
  const folder = folderOf({ "train/a/1.png": 1, "test/a/1.png": 1, "test/aa/1.png": 1 });
  fails(() => opened(folder), DataError, /test: expected only classes that the train folder has too, came "aa"/);
});

test("classes may be called train and test", () => {
  assert.equal(opened(folderOf({ "train/1.png": 1, "boat/2.png": 2 })), [
    ["boat", 2],
    ["train", 1],
  ]);
});

test("links are followed, and one that leads nowhere is skipped", () => {
  const folder = folderOf({ "a/1.png": 1 });
  symlinkSync(join(folder, "a"), join(folder, "b"));
  symlinkSync(join(folder, "nowhere"), join(folder, "c"));
  symlinkSync(join(folder, "nowhere"), join(folder, "a/2.png"));
  const set = openImageFolder(folder);
  assert.equal(set.classes, ["a", "b"]);
  assert.equal([set.count, set.skipped?.length], [2, 2]);
  assert.match(set.skipped![0]!.reason, /^expected a picture, found nothing/);
});

test("no folder, or nothing in it", () => {
  const folder = folderOf({ "1.png": 1 });
  fails(() => opened(folder), DataError, /expected pictures, found none; .*one folder for each class/);
  fails(() => opened(join(folder, "1.png")), DataError, /1\.png: expected a folder.*came a file/);
  fails(() => opened(join(folder, "none")), DataError, /none: expected a folder.*found nothing/);
});

test.run();
