import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openCifar100 } from "../../src/data/cifar100.js";
import { DataError } from "../../src/errors.js";
import { fails, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/cifar100");
const RECORD = 3074;
const NAMES = Array.from({ length: 100 }, (_, at) => `class ${at}`);

/** Coarse label 7, fine label `first + n`, then pixels that tell their place. */
function records(count: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: count * RECORD }, (_, at) => {
    const [record, place] = [Math.floor(at / RECORD), at % RECORD];
    return place === 0 ? 7 : place === 1 ? first + record : (place * 7 + record) % 256;
  });
}

test("the fine label is the class, and pixels follow both labels", () => {
  const bytes = records(2, 98);
  const set = openCifar100(writeIn(temporaryFolder(), "some.bin", bytes));
  assert.equal([set.name, set.count, set.label(0), set.label(1)], ["cifar100:some.bin", 2, 98, 99]);
  const { width, height, channels, pixels } = set.picture(1);
  assert.equal([width, height, channels], [32, 32, 3]);
  for (const colour of [0, 1, 2]) assert.is(pixels[5 * 3 + colour], bytes[RECORD + 2 + colour * 1024 + 5]);
});

test("a folder has two parts and the names of the classes", () => {
  const folder = temporaryFolder();
  writeIn(folder, "test.bin", records(1));
  writeIn(folder, "train.bin", records(3));
  writeIn(folder, "fine_label_names.txt", `${NAMES.join("\n")}\n`);
  assert.equal([openCifar100(folder).count, openCifar100(folder, { split: "train" }).count], [1, 3]);
  assert.equal(openCifar100(folder).classes, NAMES);
  writeIn(folder, "fine_label_names.txt", "apple\n");
  fails(() => openCifar100(folder), DataError, /fine_label_names\.txt: expected 100 names.*came 1/);
});

test("what is missing or of a wrong size is named", () => {
  const folder = temporaryFolder();
  fails(() => openCifar100(folder), DataError, /expected test\.bin here/);
  fails(() => openCifar100(folder, { split: "train" }), DataError, /expected train\.bin here/);
  fails(() => openCifar100(join(folder, "none")), DataError, /none: expected a CIFAR-100 binary file.*found nothing/);
  const path = writeIn(folder, "other.bin", new Uint8Array(3073));
  fails(() => openCifar100(path), DataError, /multiple of 3074 bytes, came 3073; .*CIFAR-100/);
});

test.run();
