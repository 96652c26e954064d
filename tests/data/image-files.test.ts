import { rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FileSet, isPictureName, openFiles } from "../../src/data/image-files.js";
import { DataError, RequestError } from "../../src/errors.js";
import { fails, greyPng, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/image-files");

/** Pictures 0.png, 1.png, .. of such samples in a new folder; a text is a damaged file. */
function filesOf(contents: readonly (number | string)[]): FileSet & { readonly folder: string } {
  const folder = temporaryFolder();
  const files = contents.map((content, label) => {
    const bytes = typeof content === "number" ? greyPng(content) : content;
    return { path: writeIn(folder, `${label}.png`, bytes), label };
  });
  return { name: "some", where: folder, classes: [], files, folder };
}

test("what cannot be read is skipped, and said", () => {
  const some = filesOf([5, "no picture", 7, ""]);
  const set = openFiles(some, {});
  assert.equal([set.count, set.label(0), set.label(1)], [2, 0, 2]);
  assert.is(set.picture(1).pixels[0], 7);
  assert.equal(
    set.skipped!.map(({ path }) => path),
    [join(some.folder, "1.png"), join(some.folder, "3.png")],
  );
  assert.match(set.skipped![0]!.reason, /^expected a PNG or JPEG file, came one that starts with 6e 6f/);
  assert.match(set.skipped![1]!.reason, /^expected a PNG or JPEG file, came an empty file/);
  fails(() => set.picture(2), RequestError, /from 0 to 1, came 2/);
  fails(() => set.label(2), RequestError, /from 0 to 1, came 2/);
});

test("a half of a picture is none", () => {
  const whole = greyPng(9);
  const some = filesOf([1, 2]);
  writeIn(some.folder, "0.png", whole.subarray(0, whole.length - 20));
  assert.match(openFiles(some, {}).skipped![0]!.reason, /^expected a whole PNG file/);
});

test("no picture at all", () => {
  fails(
    () => openFiles(filesOf(["x"]), {}),
    DataError,
    /expected pictures, none of 1 can be read; the first, .*0\.png: /,
  );
  fails(() => openFiles(filesOf([]), {}), DataError, /expected pictures, found none/);
});

test("says how far it is", () => {
  const calls: unknown[] = [];
  openFiles(filesOf([1, "x", 3]), { onProgress: (...numbers) => calls.push(numbers) });
  assert.equal(calls, [
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
});

test("pictures beyond the bound are decoded again, the others are not", () => {
  const some = filesOf([1, 2]);
  const set = openFiles(some, { keptBytes: 1 });
  writeIn(some.folder, "0.png", greyPng(50));
  writeIn(some.folder, "1.png", greyPng(60));
  assert.equal([set.picture(0).pixels[0], set.picture(1).pixels[0]], [1, 60]);
  rmSync(join(some.folder, "1.png"));
  fails(() => set.picture(1), DataError, /1\.png: expected a picture, found nothing/);
  assert.is(set.label(1), 1);
});

test("names of pictures", () => {
  for (const name of ["a.png", "a.b.JPG", "x.Jpeg", "lost.webp", "old.GIF"]) assert.ok(isPictureName(name), name);
  for (const name of ["png", "a.txt", "a.png.txt", "a", ""]) assert.not(isPictureName(name), name);
});

test.run();
