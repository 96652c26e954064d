import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readNpy, writeNpy } from "../../src/data/npy.js";
import { DataError } from "../../src/errors.js";
import { fails } from "./files.js";

const test = suite("data/npy");

/** A file by hand: any header text, any version, the elements as bytes. */
function npyFile(header: string, elements: Uint8Array = new Uint8Array(0), major = 1): Uint8Array {
  const length = Buffer.alloc(major === 1 ? 2 : 4);
  if (major === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  const magic = Buffer.from("\x93NUMPY", "latin1");
  return Buffer.concat([magic, Buffer.of(major, 0), length, Buffer.from(header, "latin1"), elements]);
}

function header(descr: string, shape: string, order = "False"): string {
  return `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

test("what was written is read", () => {
  for (const shape of [[2, 3], [6], [], [1, 0, 4], [1, 2, 3, 4, 5]]) {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: count }, (_, at) => Math.fround(at * 0.1 - 1));
    const file = writeNpy(shape, data);
    const array = readNpy(file, "test.npy");
    assert.equal(array.shape, shape);
    assert.is(array.dtype, "f4");
    assert.equal(array.data, data);
    assert.is((file.length - data.byteLength) % 64, 0);
  }
});

test("the header is NumPy's own", () => {
  const text = Buffer.from(writeNpy([3], new Float32Array(3))).toString("latin1", 10, 128);
  assert.is(text, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }".padEnd(117) + "\n");
});

test("a shape that the numbers do not fill is not written", () => {
  fails(() => writeNpy([2, 2], new Float32Array(3)), DataError, /expected 4 numbers.*\(2, 2\).*came 3/);
});

const CASES: readonly [descr: string, elements: ArrayBufferView, expected: ArrayLike<number>][] = [
  ["|b1", Uint8Array.of(0, 1), Uint8Array.of(0, 1)],
  ["|u1", Uint8Array.of(0, 255), Uint8Array.of(0, 255)],
  ["|i1", Int8Array.of(-128, 127), Int8Array.of(-128, 127)],
  ["<u2", Uint16Array.of(0, 65535), Uint16Array.of(0, 65535)],
  ["<i2", Int16Array.of(-32768, 5), Int16Array.of(-32768, 5)],
  ["<u4", Uint32Array.of(1, 4294967295), Uint32Array.of(1, 4294967295)],
  ["<i4", Int32Array.of(-7, 2147483647), Int32Array.of(-7, 2147483647)],
  ["<i8", BigInt64Array.of(-1n, 9007199254740991n), Float64Array.of(-1, 9007199254740991)],
  ["<u8", BigUint64Array.of(3n, 999n), Float64Array.of(3, 999)],
  ["<f4", Float32Array.of(0.1, -Infinity), Float32Array.of(0.1, -Infinity)],
  ["<f8", Float64Array.of(0.1, 1e300), Float64Array.of(0.1, 1e300)],
  // 1.5, -65504 (the largest)
  ["<f2", Uint16Array.of(0x3e00, 0xfbff), Float32Array.of(1.5, -65504)],
  // 2^-24 (the smallest), infinity
  ["<f2", Uint16Array.of(0x0001, 0x7c00), Float32Array.of(2 ** -24, Infinity)],
];

for (const [descr, elements, expected] of CASES) {
  test(`elements of ${descr}, aligned or not`, () => {
    for (const text of [header(descr, "(2,)"), ` ${header(descr, "(2,)")}`]) {
      const array = readNpy(npyFile(text, bytesOf(elements)), "test.npy");
      assert.equal(array.data, expected);
      assert.is(array.dtype, descr.slice(1));
    }
  });
}

test("formats 2 and 3, other quotes, old numbers", () => {
  const elements = Uint8Array.of(1, 2, 3, 4, 5, 6);
  for (const major of [2, 3]) {
    assert.equal(readNpy(npyFile(header("|u1", "(2, 3)"), elements, major), "test.npy").shape, [2, 3]);
  }
  const python2 = `{"shape": (2L, 3L), "fortran_order": False, "descr": "|u1"}`;
  assert.equal(readNpy(npyFile(python2, elements), "test.npy").shape, [2, 3]);
});

const REFUSED: Readonly<Record<string, readonly [file: Uint8Array, message: RegExp]>> = {
  "not npy": [Uint8Array.of(1, 2, 3), /expected a \.npy file/],
  empty: [new Uint8Array(0), /expected a \.npy file/],
  "format 4": [npyFile(header("|u1", "()"), Uint8Array.of(1), 4), /format 1 to 3, came 4/],
  "big endian": [npyFile(header(">f4", "()"), new Uint8Array(4)), /little-endian.*>f4.*astype/],
  complex: [npyFile(header("<c8", "()"), new Uint8Array(8)), /<c8/],
  "inherited name": [npyFile(header("<toString", "()"), new Uint8Array(8)), /<toString/],
  "no type": [npyFile(header("", "()"), new Uint8Array(8)), /little-endian/],
  records: [
    npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", new Uint8Array(4)),
    /without one/,
  ],
  "columns outermost": [npyFile(header("|u1", "(1,)", "True"), Uint8Array.of(1)), /ascontiguousarray/],
  "no order": [npyFile("{'descr': '|u1', 'shape': ()}", Uint8Array.of(1)), /does not say/],
  "no shape": [npyFile("{'descr': '|u1', 'fortran_order': False}", Uint8Array.of(1)), /no shape/],
  "negative shape": [npyFile(header("|u1", "(-1,)"), Uint8Array.of(1)), /whole numbers.*-1/],
  "words in the shape": [npyFile(header("|u1", "(1 2,)"), Uint8Array.of(1)), /whole numbers/],
  "huge shape": [
    npyFile(header("<f8", "(4294967296, 4294967296, 4294967296)"), new Uint8Array(8)),
    /bytes of elements/,
  ],
  "unsafe shape": [npyFile(header("<f8", "(99999999999999999999,)"), new Uint8Array(8)), /whole numbers/],
  short: [npyFile(header("<f4", "(2,)"), new Uint8Array(7)), /expected 8 bytes.*came 7/],
  long: [npyFile(header("<f4", "(2,)"), new Uint8Array(9)), /expected 8 bytes.*came 9/],
  "huge header": [npyFile(header("|u1", "()") + " ".repeat(20_000), Uint8Array.of(1)), /header of at most 10000/],
};

for (const [name, [file, message]] of Object.entries(REFUSED)) {
  test(`refuses: ${name}`, () =>
    fails(() => readNpy(file, "bad.npy"), DataError, new RegExp(`^bad\\.npy: .*${message.source}`)));
}

test("cut off anywhere it is a DataError", () => {
  for (const major of [1, 2]) {
    const file = npyFile(header("<f4", "(2,)"), new Uint8Array(8), major);
    for (let length = 0; length < file.length; length++) {
      fails(() => readNpy(file.subarray(0, length), "cut.npy"), DataError, /^cut\.npy: /);
    }
  }
});

test.run();
