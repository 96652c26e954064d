import { ALL_KEPT } from "../../src/runtime/mask.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { floatToHalf } from "../../src/compile/half.js";
import { checkWeights, halfToFloat, readWeights } from "../../src/runtime/weights.js";

const test = suite("runtime/weights");

/** binary16 by its definition: sign, 5 bits of exponent, 10 of fraction. */
function definition(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, (bits & 1023) / 1024];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

const PATTERNS = Array.from({ length: 65_536 }, (_, bits) => bits);

test("all 65,536 halves are the numbers that they stand for", () => {
  const wrong = PATTERNS.filter((bits) => !Object.is(halfToFloat(bits), definition(bits)));
  assert.equal(wrong, []);
});

test("all 65,536 halves survive the way to a number and back", () => {
  const isNaNPattern = (bits: number) => (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
  const wrong = PATTERNS.filter((bits) => {
    const back = floatToHalf(halfToFloat(bits));
    return isNaNPattern(bits) ? !isNaNPattern(back) : back !== bits;
  });
  assert.equal(wrong, []);
});

test("a number between two halves goes to the nearer one, half-way to the even one", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [definition(bits), definition(bits + 1)];
    const middle = (low + high) / 2;
    const even = bits & 1 ? bits + 1 : bits;
    const quarter = (high - low) / 4;
    const fits =
      floatToHalf(middle) === even &&
      floatToHalf(-middle) === (even | 0x8000) &&
      floatToHalf(middle - quarter) === bits &&
      floatToHalf(middle + quarter) === bits + 1;
    if (!fits) wrong.push(bits);
  }
  assert.equal(wrong, []);
});

const ROUNDED: readonly (readonly [number: number, bits: number])[] = [
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [1e10, 0x7c00],
  [-65520, 0xfc00],
  [Infinity, 0x7c00],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [2 ** -25 * 1.0001, 1],
  [1.5 * 2 ** -24, 2],
  [1e-30, 0],
  [-1e-45, 0x8000],
  [-0, 0x8000],
  [2 ** -14 * (1 - 2 ** -11), 0x0400],
  [2 ** -14 - 2 ** -24, 0x03ff],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [1 + 2 ** -11 + 2 ** -20, 0x3c01],
  [2047.5 / 1024, 0x4000],
];

for (const [number, bits] of ROUNDED) {
  test(`${number} becomes 0x${bits.toString(16)}`, () => assert.is(floatToHalf(number), bits));
}

test("weights are read wherever they lie, in either encoding", () => {
  const numbers = Float32Array.of(1.5, -2, 65504, 2 ** -24);
  const f32 = new Uint8Array(numbers.buffer);
  const f16 = new Uint8Array(Uint16Array.from(numbers, floatToHalf).buffer);
  for (const [encoding, bytes] of [
    ["f32", f32],
    ["f16", f16],
  ] as const) {
    const shifted = Uint8Array.of(7, ...bytes, 7, 7).subarray(1, 1 + bytes.length);
    assert.equal([...readWeights({ shape: [4], encoding, data: shifted, ...ALL_KEPT })], [...numbers]);
    assert.equal([...readWeights({ shape: [4], encoding, data: Buffer.from(shifted), ...ALL_KEPT })], [...numbers]);
  }
});

test("what several slices share stands in its place in each of them", () => {
  const data = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7).buffer);
  const weights = {
    shape: [3, 2, 2],
    encoding: "f32",
    data,
    mask: "bitmap",
    kept: Uint8Array.of(0b11011010),
    block: 2,
  } as const;
  checkWeights(weights, "filter", 3);
  assert.equal([...readWeights(weights)], [0, 1, 0, 2, 0, 3, 0, 4, 5, 0, 6, 7]);
});

test.run();
