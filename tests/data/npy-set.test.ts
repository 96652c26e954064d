import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openNpySet } from "../../src/data/npy-set.js";
import { writeNpy } from "../../src/data/npy.js";
import { DataError, RequestError } from "../../src/errors.js";
import { fails, temporaryFolder, writeIn } from "./files.js";

const test = suite("data/npy-set");
const folder = temporaryFolder();

/** Elements 0, 1, 2, ..; the element type as NumPy writes it. */
function array(shape: readonly number[], descr = "|u1", values?: readonly number[]): string {
  const size = Number(descr.at(-1));
  const count = shape.reduce((product, length) => product * length, 1);
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(",")},), }`;
  const data = Buffer.alloc(count * size);
  for (let at = 0; at < count; at++)
    data.writeIntLE(values?.[at] ?? (at < 128 ? at : at - 256), at * size, Math.min(size, 6));
  const start = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length, 0)}${header}`, "latin1");
  const name = `${shape.join("x")}-${descr.replace(/\W/, "")}-${values?.join("_") ?? ""}.npy`;
  return writeIn(folder, name, Buffer.concat([start, data]));
}

test("pixel after pixel", () => {
  const set = openNpySet(array([2, 2, 4, 3]));
  assert.equal([set.count, set.classes, set.label(0)], [2, [], undefined]);
  const { width, height, channels, pixels } = set.picture(1);
  assert.equal([width, height, channels], [4, 2, 3]);
  assert.equal(
    [...pixels],
    Array.from({ length: 24 }, (_, at) => 24 + at),
  );
  fails(() => set.picture(2), RequestError, /from 0 to 1/);
  fails(() => set.label(2), RequestError, /from 0 to 1/);
});

test("channel after channel", () => {
  const { width, height, channels, pixels } = openNpySet(array([2, 3, 2, 2])).picture(1);
  assert.equal([width, height, channels], [2, 2, 3]);
  assert.equal([...pixels], [12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23]);
  assert.equal([...openNpySet(array([1, 1, 2, 2])).picture(0).pixels], [0, 1, 2, 3]);
});

test("where both fit, the last axis is the channels", () => {
  const { width, height, channels } = openNpySet(array([1, 3, 5, 3])).picture(0);
  assert.equal([width, height, channels], [5, 3, 3]);
});

test("grey", () => {
  const { width, height, channels, pixels } = openNpySet(array([3, 2, 5])).picture(2);
  assert.equal([width, height, channels], [5, 2, 1]);
  assert.is(pixels[0], 20);
});

test("labels of any integer type, N or N x 1", () => {
  for (const descr of ["|u1", "|i1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"]) {
    const set = openNpySet(array([2, 2, 2]), array([2], descr, [5, 9]));
    assert.equal([set.label(0), set.label(1)], [5, 9], descr);
  }
  assert.is(openNpySet(array([2, 2, 2]), array([2, 1], "<i8", [4, 8])).label(1), 8);
});

test("pictures that are none", () => {
  fails(
    () => openNpySet(writeIn(folder, "f.npy", writeNpy([1, 2, 2], new Float32Array(4)))),
    DataError,
    /f\.npy: .*uint8.*came f4/,
  );
  fails(() => openNpySet(array([1, 2, 2], "|i1")), DataError, /uint8.*came i1/);
  fails(() => openNpySet(array([1, 2, 2], "|b1")), DataError, /uint8.*came b1/);
  for (const shape of [[4], [2, 2], [1, 2, 2, 2], [1, 1, 1, 2, 2], [0, 2, 2]]) {
    fails(() => openNpySet(array(shape)), DataError, new RegExp(`N x H x W.*came \\(${shape.join(", ")}\\)`));
  }
});

test("labels that are none", () => {
  const pictures = array([2, 2, 2]);
  fails(() => openNpySet(pictures, array([3], "|u1")), DataError, /expected 2 labels.*\(3\)/);
  fails(() => openNpySet(pictures, array([2, 2], "|u1")), DataError, /expected 2 labels.*\(2, 2\)/);
  fails(() => openNpySet(pictures, array([2], "<i4", [0, -1])), DataError, /from 0 up, came -1 for picture 1/);
  const floats = writeIn(folder, "labels.npy", writeNpy([2], new Float32Array(2)));
  fails(() => openNpySet(pictures, floats), DataError, /labels\.npy: .*integer.*came f4/);
  fails(
    () => openNpySet(pictures, join(folder, "none")),
    DataError,
    /none: expected a \.npy file of labels, found nothing/,
  );
});

const data = process.env["ESPALIER_DATA"];
if (data) {
  test("the real pictures", () => {
    const at = (name: string): string => join(data, "imagenet-sample", name);
    const set = openNpySet(at("images.npy"), at("labels.npy"));
    assert.is(set.count, 300);
    const { width, height, channels, pixels } = set.picture(299);
    assert.equal([width, height, channels, pixels.length], [224, 224, 3, 224 * 224 * 3]);
    for (let index = 0; index < 300; index++) assert.ok(Number.isInteger(set.label(index)) && set.label(index)! < 1000);
  });
}

test.run();
