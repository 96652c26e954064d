import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openCifar10 } from "../../src/data/cifar10.js";
import { DataError, RequestError } from "../../src/errors.js";
import { fails, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/cifar10");
const RECORD = 3073;
const NAMES = Array.from({ length: 10 }, (_, at) => `class ${at}`);

/** Label `first + n`, then pixels that tell their place. */
function records(count: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: count * RECORD }, (_, at) => {
    const [record, place] = [Math.floor(at / RECORD), at % RECORD];
    return place === 0 ? first + record : (place * 7 + record) % 256;
  });
}

function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) writeIn(folder, name, bytes);
  return folder;
}

function labelsOf(path: string, split?: "test" | "train"): (number | undefined)[] {
  const set = openCifar10(path, split ? { split } : {});
  return Array.from({ length: set.count }, (_, at) => set.label(at));
}

test("a file", () => {
  const bytes = records(3);
  const set = openCifar10(writeIn(temporaryFolder(), "some.bin", bytes));
  assert.equal([set.name, set.count, set.classes], ["cifar10:some.bin", 3, []]);
  assert.is(set.label(2), 2);
  const { width, height, channels, pixels } = set.picture(1);
  assert.equal([width, height, channels, pixels.length], [32, 32, 3, 3072]);
  for (const [pixel, colour] of [
    [0, 0],
    [33, 1],
    [1023, 2],
  ] as const) {
    assert.is(pixels[pixel * 3 + colour], bytes[RECORD + 1 + colour * 1024 + pixel]);
  }
  fails(() => set.picture(3), RequestError, /from 0 to 2, came 3/);
});

test("names of the classes lie beside the file", () => {
  const folder = folderOf({ "a.bin": records(1), "batches.meta.txt": `${NAMES.join("\r\n")}\n\n` });
  assert.equal(openCifar10(join(folder, "a.bin")).classes, NAMES);
  writeIn(folder, "batches.meta.txt", "cat\ndog\n");
  fails(() => openCifar10(join(folder, "a.bin")), DataError, /batches\.meta\.txt: expected 10 names.*came 2/);
});

test("a folder: test by default, train if asked", () => {
  const folder = folderOf({
    "data_batch_2.bin": records(1, 6),
    "data_batch_1.bin": records(2, 3),
    "test_batch.bin": records(2),
    "test_batch_old.bin": records(1, 9),
    "batches.meta.txt": NAMES.join("\n"),
  });
  assert.equal(labelsOf(folder), [0, 1]);
  assert.equal(labelsOf(folder, "train"), [3, 4, 6]);
  assert.equal(openCifar10(folder).classes, NAMES);
});

test("a test batch in pieces", () => {
  assert.equal(labelsOf(folderOf({ "test_batch_b.bin": records(1, 5), "test_batch_a.bin": records(2) })), [0, 1, 5]);
});

test("what is missing is named", () => {
  const folder = temporaryFolder();
  fails(() => openCifar10(join(folder, "none.bin")), DataError, /none\.bin: expected a CIFAR-10.*found nothing/);
  fails(() => openCifar10(folder), DataError, /expected test_batch\.bin here/);
  fails(() => openCifar10(folder, { split: "train" }), DataError, /expected data_batch_1\.bin/);
  mkdirSync(join(folder, "test_batch.bin"));
  fails(() => openCifar10(folder), DataError, /test_batch\.bin: .*found a folder/);
});

test("a wrong size", () => {
  const folder = temporaryFolder();
  for (const length of [0, 1, RECORD - 1, RECORD + 1]) {
    const path = writeIn(folder, "wrong.bin", new Uint8Array(length));
    fails(() => openCifar10(path), DataError, new RegExp(`wrong\\.bin: .*multiple of 3073 bytes, came ${length};`));
  }
});

const data = process.env["ESPALIER_DATA"];
if (data) {
  test("the real test pictures", () => {
    const folder = join(data, "cifar10");
    const set = openCifar10(folder);
    const bytes = readFileSync(join(folder, "test_batch_first1000.bin"));
    assert.equal([set.count, set.classes.length, set.classes[9]], [1000, 10, "truck"]);
    assert.is(set.classes[set.label(0)!], "cat");
    const { pixels } = set.picture(0);
    for (let at = 0; at < 3072; at++) assert.is(pixels[(at % 1024) * 3 + Math.floor(at / 1024)], bytes[1 + at]);
    assert.is(openCifar10(folder, { split: "train" }).count, 10_000);
  });
}

test.run();
