import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { uniform } from "../../src/random.js";
import { sha256 } from "../../src/runtime/sha256.js";
import { sha256Portable } from "../../src/runtime/sha256-portable.js";
import { range } from "../ops/oracle.js";

const test = suite("runtime/sha256");

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const expected = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function noise(length: number): Uint8Array {
  const next = uniform(length + 1);
  return Uint8Array.from({ length }, () => 256 * next());
}

test("the standard's own example", () => {
  const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.is(hex(sha256Portable(new TextEncoder().encode("abc"))), digest);
});

test("every length around two blocks, both ways", async () => {
  for (const bytes of range(0, 130).map(noise)) {
    assert.is(hex(sha256Portable(bytes)), expected(bytes), `${bytes.length} bytes`);
    assert.is(hex(await sha256(bytes)), expected(bytes), `${bytes.length} bytes`);
  }
});

test("three megabytes", () => {
  const bytes = noise(3_000_001);
  assert.is(hex(sha256Portable(bytes)), expected(bytes));
});

test("a piece of a larger buffer", async () => {
  const bytes = noise(200).subarray(7, 150);
  assert.is(hex(sha256Portable(bytes)), expected(bytes));
  assert.is(hex(await sha256(bytes)), expected(bytes));
});

test("a platform without digests of its own", async () => {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, "crypto")!;
  Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true, writable: true });
  try {
    assert.is(hex(await sha256(noise(99))), expected(noise(99)));
  } finally {
    Object.defineProperty(globalThis, "crypto", descriptor);
  }
});

test.run();
