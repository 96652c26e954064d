/** Writes network files by hand: the protobuf spelling that an encoder chooses, and those that none does. */
import { createHash } from "node:crypto";
import * as assert from "uvu/assert";
import { EspalierError } from "../../src/errors.js";
import { espalier } from "../../src/gen/network-proto.js";

export type Bytes = readonly number[];

export function varint(value: number): Bytes {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

const tag = (field: number, wire: number) => varint(field * 8 + wire);

export const uint = (field: number, value: number): Bytes => [...tag(field, 0), ...varint(value)];
export const float = (field: number, value: number): Bytes => [
  ...tag(field, 5),
  ...new Uint8Array(Float32Array.of(value).buffer),
];
/** Anything with a length in front of it: a sub-message, text, bytes, packed numbers. */
export const long = (field: number, ...parts: readonly Bytes[]): Bytes => {
  const body = parts.flat();
  return [...tag(field, 2), ...varint(body.length), ...body];
};
export const text = (field: number, value: string): Bytes => long(field, [...new TextEncoder().encode(value)]);
export const packed = (field: number, ...values: number[]): Bytes => long(field, values.flatMap(varint));

/** A file around the bytes of a network, with the SHA-256 that fits. */
export function fileOf(network: Uint8Array | Bytes): Uint8Array {
  const bytes = Uint8Array.from(network);
  const sha256 = createHash("sha256").update(bytes).digest();
  return espalier.File.encode({ magic: 0x4e505345, sha256, network: bytes }).finish();
}

/** The bytes of the network inside a file. */
export const networkOf = (file: Uint8Array): Uint8Array => espalier.File.decode(file).network;

/** `run` must throw an `EspalierError`, and its message must match. */
export async function refuses(run: () => Promise<unknown>, message = /./): Promise<void> {
  let result: unknown;
  try {
    result = await run();
  } catch (error) {
    assert.instance(error, EspalierError, String((error as Error).stack));
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`nothing was thrown; the result is ${typeof result}`);
}
