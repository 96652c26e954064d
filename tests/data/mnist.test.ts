import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openMnist } from "../../src/data/mnist.js";
import { DataError } from "../../src/errors.js";
import { fails, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/mnist");
const TEST_IMAGES = "t10k-images-idx3-ubyte";
const TEST_LABELS = "t10k-labels-idx1-ubyte";

function idx(sizes: readonly number[], data: readonly number[], magic = 0x0800 + sizes.length): Uint8Array {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  [magic, ...sizes].forEach((value, at) => header.writeUInt32BE(value, at * 4));
  return Buffer.concat([header, Buffer.from(data)]);
}

const IMAGES = idx([2, 2, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]);
const LABELS = idx([2], [7, 3]);

function folderOf(images: Uint8Array, labels: Uint8Array): string {
  const folder = temporaryFolder();
  writeIn(folder, TEST_IMAGES, images);
  writeIn(folder, TEST_LABELS, labels);
  return folder;
}

test("the test part", () => {
  const set = openMnist(folderOf(IMAGES, LABELS));
  assert.equal([set.count, set.classes, set.label(0), set.label(1)], [2, [], 7, 3]);
  const { width, height, channels, pixels } = set.picture(1);
  assert.equal([width, height, channels], [3, 2, 1]);
  assert.equal([...pixels], [6, 7, 8, 9, 10, 255]);
});

test("the training part, gzipped", () => {
  const folder = temporaryFolder();
  writeIn(folder, "train-images-idx3-ubyte.gz", gzipSync(IMAGES));
  writeIn(folder, "train-labels-idx1-ubyte.gz", gzipSync(LABELS));
  assert.is(openMnist(folder, { split: "train" }).label(1), 3);
  fails(() => openMnist(folder), DataError, /t10k-images-idx3-ubyte: expected an idx file.*found nothing/);
});

test("not a folder", () => {
  const folder = temporaryFolder();
  fails(() => openMnist(writeIn(folder, "file", "")), DataError, /file: expected a folder.*came a file/);
  fails(() => openMnist(join(folder, "none")), DataError, /none: expected a folder.*found nothing/);
});

test("damaged files", () => {
  const wrongMagic = idx([2, 2, 3], [], 0x0d03);
  fails(() => openMnist(folderOf(wrongMagic, LABELS)), DataError, /images-idx3-ubyte: expected an idx file/);
  fails(() => openMnist(folderOf(new Uint8Array(3), LABELS)), DataError, /images-idx3-ubyte: expected an idx file/);
  fails(() => openMnist(folderOf(LABELS, LABELS)), DataError, /images-idx3-ubyte: expected an idx file/);
  fails(
    () => openMnist(folderOf(IMAGES.subarray(0, 20), LABELS)),
    DataError,
    /expected 12 bytes for 2 x 2 x 3, came 4/,
  );
  fails(() => openMnist(folderOf(idx([0xffffffff, 0xffffffff, 9], [1]), LABELS)), DataError, /came 1;/);
  fails(() => openMnist(folderOf(IMAGES, idx([3], [1, 2, 3]))), DataError, /2 pictures and 3 labels/);
  fails(() => openMnist(folderOf(idx([0, 2, 2], []), idx([0], []))), DataError, /0 pictures/);
});

test("damaged gzip", () => {
  const folder = temporaryFolder();
  writeIn(folder, `${TEST_IMAGES}.gz`, gzipSync(IMAGES).subarray(0, 25));
  writeIn(folder, `${TEST_LABELS}.gz`, gzipSync(LABELS));
  fails(() => openMnist(folder), DataError, /ubyte\.gz: expected an idx file.*cannot be unpacked/);
});

const data = process.env["ESPALIER_DATA"];
if (data) {
  test("the real pictures", () => {
    const set = openMnist(join(data, "mnist"));
    assert.is(set.count, 10_000);
    assert.equal(
      [0, 1, 2, 3, 4].map((at) => set.label(at)),
      [7, 2, 1, 0, 4],
    );
    const { width, height, pixels } = set.picture(9_999);
    assert.equal([width, height, pixels.length], [28, 28, 784]);
    assert.is(openMnist(join(data, "mnist"), { split: "train" }).count, 60_000);
  });
}

test.run();
