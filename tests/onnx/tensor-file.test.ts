import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { onnx } from "../../src/gen/onnx.js";
import { readTensorFile, writeTensorFile } from "../../src/onnx/tensor-file.js";
import type { TensorProto } from "../../src/onnx/tensor-proto.js";

const test = suite("onnx/tensor-file");

const read = (proto: TensorProto) => readTensorFile(onnx.TensorProto.encode(proto).finish());
const bytesOf = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);

test("what is written is read", () => {
  const tensor = { shape: [1, 2, 2], data: Float32Array.of(1, -0.5, 3e38, 1e-40) };
  assert.equal(readTensorFile(writeTensorFile("x", tensor)), { name: "x", tensor });
  const empty = { shape: [0, 2], data: new Float32Array() };
  assert.equal(readTensorFile(writeTensorFile("", empty)).tensor, empty);
});

/** The same numbers as raw bytes and in the typed field. */
const TYPES: readonly (readonly [string, number, readonly number[], Uint8Array, Partial<TensorProto>])[] = [
  ["float32", 1, [1, -2.5], bytesOf(Float32Array.of(1, -2.5)), { floatData: [1, -2.5] }],
  ["uint8", 2, [1, 255], Uint8Array.of(1, 255), { int32Data: [1, 255] }],
  ["int8", 3, [1, -1], bytesOf(Int8Array.of(1, -1)), { int32Data: [1, -1] }],
  ["uint16", 4, [1, 65535], bytesOf(Uint16Array.of(1, 65535)), { int32Data: [1, 65535] }],
  ["int16", 5, [1, -1], bytesOf(Int16Array.of(1, -1)), { int32Data: [1, -1] }],
  ["int32", 6, [1, -1], bytesOf(Int32Array.of(1, -1)), { int32Data: [1, -1] }],
  ["int64", 7, [1, -1], bytesOf(BigInt64Array.of(1n, -1n)), { int64Data: [1, -1] }],
  ["bool", 9, [1, 0], Uint8Array.of(1, 0), { int32Data: [1, 0] }],
  ["float16", 10, [1, -2.5], bytesOf(Uint16Array.of(0x3c00, 0xc100)), { int32Data: [0x3c00, 0xc100] }],
  ["float16 extremes", 10, [2 ** -24, -Infinity], bytesOf(Uint16Array.of(1, 0xfc00)), { int32Data: [1, 0xfc00] }],
  ["double", 11, [1, -2.5], bytesOf(Float64Array.of(1, -2.5)), { doubleData: [1, -2.5] }],
  ["uint32", 12, [1, 2 ** 31], bytesOf(Uint32Array.of(1, 2 ** 31)), { uint64Data: [1, 2 ** 31] }],
  ["uint64", 13, [1, 2 ** 40], bytesOf(BigUint64Array.of(1n, 2n ** 40n)), { uint64Data: [1, 2 ** 40] }],
  ["bfloat16", 16, [1, -2.5], bytesOf(Uint16Array.of(0x3f80, 0xc020)), { int32Data: [0x3f80, 0xc020] }],
];

for (const [name, dataType, values, rawData, field] of TYPES) {
  test(`${name} becomes float32`, () => {
    for (const proto of [{ rawData }, field]) {
      const { tensor } = read({ dims: [2], dataType, ...proto });
      assert.instance(tensor.data, Float32Array);
      assert.equal([...tensor.data], values);
    }
  });
}

test("what cannot be read", () => {
  const refused = (bytes: Uint8Array, says: RegExp) =>
    assert.throws(
      () => readTensorFile(bytes),
      (error: unknown) => error instanceof ModelError && says.test(error.message),
    );
  refused(new Uint8Array(), /undefined/);
  refused(Uint8Array.of(0x4a, 100, 1), /not an ONNX tensor: .* at byte/);
  refused(
    onnx.TensorProto.encode({ name: "t", dims: [2], dataType: 1, rawData: new Uint8Array(7) }).finish(),
    /tensor "t".*7 bytes/,
  );
});

test.run();
