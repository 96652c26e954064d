import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openImageList } from "../../src/data/image-list.js";
import { DataError } from "../../src/errors.js";
import { fails, greyPng, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/image-list");

const folder = temporaryFolder();
mkdirSync(join(folder, "some pictures"));
writeIn(folder, "a.png", greyPng(1));
writeIn(folder, "some pictures/b c.png", greyPng(2));

/** A list in a folder of its own would not see the pictures, so each list has a name of its own. */
let lists = 0;
const list = (text: string) => writeIn(folder, `${lists++}.txt`, text);

function read(path: string): unknown[] {
  const set = openImageList(path);
  return Array.from({ length: set.count }, (_, at) => [set.label(at), set.picture(at).pixels[0]]);
}

test("paths, with spaces too, and names", () => {
  const path = list(`\ufeffa.png zebra\r\n\r\n  some pictures/b c.png\tape\r\n${join(folder, "a.png")} ape\n`);
  assert.equal(openImageList(path).classes, ["ape", "zebra"]);
  assert.equal(read(path), [
    [1, 1],
    [0, 2],
    [0, 1],
  ]);
});

test("numbers", () => {
  const path = list("a.png 007\nsome pictures/b c.png 3\n");
  assert.equal(read(path), [
    [7, 1],
    [3, 2],
  ]);
  assert.equal(openImageList(path).classes, []);
  assert.equal(openImageList(list("a.png 7\na.png x7\n")).classes, ["7", "x7"]);
});

test("names of the classes lie beside the list", () => {
  const own = temporaryFolder();
  writeIn(own, "a.png", greyPng(1));
  writeIn(own, "classes.txt", "zebra\nred ape\nemu\n");
  const names = writeIn(own, "names.txt", "a.png emu\na.png zebra\n");
  assert.equal(read(names), [
    [2, 1],
    [0, 1],
  ]);
  const numbers = writeIn(own, "numbers.txt", "a.png 1\n");
  assert.equal(openImageList(numbers).classes, ["zebra", "red ape", "emu"]);
  const wrong = [
    ["a.png 0\na.png 3\n", /wrong\.txt, line 2: class "3" is not in classes\.txt/],
    ["\na.png ape\n", /wrong\.txt, line 2: class "ape" is not in classes\.txt/],
  ] as const;
  for (const [text, message] of wrong) {
    fails(() => openImageList(writeIn(own, "wrong.txt", text)), DataError, message);
  }
  writeIn(own, "classes.txt", "emu\nemu\n");
  fails(() => openImageList(names), DataError, /classes\.txt: the class "emu" stands there twice/);
});

test("pictures that are missing are skipped", () => {
  const { count, skipped } = openImageList(list("none.png 0\na.png 1\n"));
  assert.equal([count, skipped!.length, skipped![0]!.path], [1, 1, join(folder, "none.png")]);
  assert.match(skipped![0]!.reason, /^expected a picture, found nothing/);
});

test("lines without a class, and lists without lines", () => {
  fails(
    () => openImageList(list("a.png 1\na.png\n")),
    DataError,
    /\.txt, line 2: expected a path and a class, came "a\.png"/,
  );
  fails(() => openImageList(list("\n")), DataError, /expected pictures, found none/);
  fails(() => openImageList(join(folder, "no.txt")), DataError, /no\.txt: expected a list of pictures, found nothing/);
});

test.run();
