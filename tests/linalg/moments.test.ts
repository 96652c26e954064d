import { suite } from "uvu";
import * as assert from "uvu/assert";
import { emptySums, openMoments } from "../../src/linalg/moments.js";
import { normal } from "../../src/random.js";

const test = suite("linalg/moments");
const moments = await openMoments();

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 49, 64, 101];
const CHANNELS = [1, 2, 3, 5, 17];

function numbers(count: number, seed: number): Float32Array {
  const next = normal(seed);
  return Float32Array.from({ length: count }, () => 3 * next() + 10);
}

function near(actual: number, expected: number, scale: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-13 * scale, `${what}: ${actual}, expected ${expected}`);
}

test("sums and sums of squares, as plain loops have them", () => {
  for (const channels of CHANNELS) {
    for (const n of SIZES) {
      const values = numbers(channels * n, n);
      const into = emptySums(channels);
      moments.add(values, into);
      assert.is(into.count, n);
      for (let c = 0; c < channels; c++) {
        const row = [...values.subarray(c * n, (c + 1) * n)];
        const absolute = row.reduce((sum, v) => sum + v * v + 1, 0);
        near(
          into.sums[c]!,
          row.reduce((sum, v) => sum + v, 0),
          absolute,
          `sum of ${c}, ${channels} x ${n}`,
        );
        near(
          into.sums[channels + c]!,
          row.reduce((sum, v) => sum + v * v, 0),
          absolute,
          `squares of ${c}`,
        );
      }
    }
  }
});

test("calls add up, and sizes may change from one to the next", () => {
  const [first, second] = [numbers(3 * 7, 1), numbers(3 * 10, 2)];
  const into = emptySums(3);
  moments.add(first, into);
  moments.add(second, into);
  assert.is(into.count, 17);
  for (let c = 0; c < 3; c++) {
    const row = [...first.subarray(c * 7, (c + 1) * 7), ...second.subarray(c * 10, (c + 1) * 10)];
    near(
      into.sums[c]!,
      row.reduce((sum, v) => sum + v, 0),
      1e4,
      "sum",
    );
    near(
      into.sums[3 + c]!,
      row.reduce((sum, v) => sum + v * v, 0),
      1e4,
      "squares",
    );
  }
});

test("float64 inside: a small deviation far from 0 is not lost", () => {
  const values = Float32Array.from({ length: 100_000 }, (_, i) => 4096 + (i % 2 ? 0.5 : -0.5));
  const into = emptySums(1);
  moments.add(values, into);
  const mean = into.sums[0]! / into.count;
  near(mean, 4096, 1e4, "mean");
  assert.ok(Math.abs(into.sums[1]! / into.count - mean ** 2 - 0.25) < 1e-6);
});

test("values are only read, and views of larger arrays are taken as they are", () => {
  const whole = numbers(40, 5);
  const before = [...whole];
  const into = emptySums(2);
  moments.add(whole.subarray(10, 30), into);
  assert.equal([...whole], before);
  near(
    into.sums[0]!,
    before.slice(10, 20).reduce((sum, v) => sum + v, 0),
    1e4,
    "sum",
  );
});

test("what is not finite is not hidden", () => {
  const into = emptySums(2);
  moments.add(Float32Array.of(1, NaN, 2, 3), into);
  assert.ok(Number.isNaN(into.sums[0]!) && Number.isNaN(into.sums[2]!));
  assert.equal([into.sums[1], into.sums[3]], [5, 13]);
  const infinite = emptySums(1);
  moments.add(Float32Array.of(1, Infinity, 2), infinite);
  assert.equal([...infinite.sums], [Infinity, Infinity]);
});

test("scaling in place, as plain loops have it", () => {
  for (const channels of CHANNELS) {
    for (const n of SIZES) {
      const values = numbers(channels * n, n);
      const before = values.slice();
      const scale = Float64Array.from({ length: channels }, (_, c) => c - 1.25);
      const shift = Float64Array.from({ length: channels }, (_, c) => 0.1 * c);
      moments.scale(values, scale, shift);
      before.forEach((v, i) => {
        const c = Math.floor(i / n);
        const expected = v * Math.fround(scale[c]!) + Math.fround(shift[c]!);
        assert.ok(
          Math.abs(values[i]! - expected) <= 1e-5 * Math.max(1, Math.abs(expected)),
          `${channels} x ${n}, ${i}`,
        );
      });
    }
  }
});

test("scaling a view leaves what is around it", () => {
  const whole = Float32Array.from({ length: 12 }, (_, i) => i);
  moments.scale(whole.subarray(4, 8), [2, 0], [1, -1]);
  assert.equal([...whole], [0, 1, 2, 3, 9, 11, -1, -1, 8, 9, 10, 11]);
});

test("a thousand channels", () => {
  const values = numbers(5000 * 3, 9);
  const factors = Float64Array.from({ length: 5000 }, () => 1);
  const before = [...values];
  moments.scale(
    values,
    factors,
    factors.map(() => 0),
  );
  assert.equal([...values], before);
});

test("many calls: what was copied in is given back", async () => {
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  const own = await openMoments();
  const values = new Float32Array(1 << 18).fill(1);
  const into = emptySums(64);
  const [scale, shift] = [new Float64Array(64).fill(1), new Float64Array(64)];
  for (let i = 0; i < 1000; i++) {
    own.add(values, into);
    own.scale(values, scale, shift);
  }
  assert.is(into.count, 1000 * (values.length / 64));
  // 2,000 calls with a megabyte each: without a collector, two gigabytes.
  const after = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  assert.ok(after - before < 64 << 20, `grew by ${after - before} bytes`);
});

test.run();
