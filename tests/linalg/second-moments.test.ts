import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openMoments } from "../../src/linalg/moments.js";
import { BLOCK_ROWS, type Centred, PANEL } from "../../src/linalg/second-moments.js";
import { normal } from "../../src/random.js";

const test = suite("linalg/second-moments");
const moments = await openMoments();

type Rows = readonly (readonly number[])[];

function drawRows(count: number, width: number, seed = 1): Rows {
  const next = normal(seed);
  return Array.from({ length: count }, () => Array.from({ length: width }, (_, i) => Math.fround(next() + i)));
}

/** Adds rows in blocks of `block`. */
function collect(rows: Rows, width: number, block = BLOCK_ROWS): Centred {
  const collected = moments.second(width);
  for (let first = 0; first < rows.length; first += block) {
    const part = rows.slice(first, first + block);
    const values = collected.rows();
    part.forEach((row, r) => row.forEach((v, f) => (values[collected.places[f]! + r * PANEL] = v)));
    collected.add(part.length);
  }
  return collected.read();
}

function check({ count, mean, products }: Centred, rows: Rows, width: number): void {
  assert.is(count, rows.length);
  const means = Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + row[i]! / rows.length, 0));
  means.forEach((m, i) => assert.ok(Math.abs(mean[i]! - m) <= 1e-5 * (1 + Math.abs(m)), `mean ${i}`));
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      const expected = rows.reduce((sum, row) => sum + (row[i]! - means[i]!) * (row[j]! - means[j]!), 0);
      const scale = rows.reduce((sum, row) => sum + Math.abs(row[i]! * row[j]!), 1);
      const actual = products[i * width + j]!;
      assert.ok(Math.abs(actual - expected) <= 1e-5 * scale, `${i}, ${j} of ${width}: ${actual}, expected ${expected}`);
    }
  }
}

test("means and centred products, as plain loops have them, around the edges of panels and blocks", () => {
  for (const width of [1, 2, 6, 7, 8, 9, 15, 16, 17, 31]) {
    for (const count of [1, 2, 3, 40]) {
      const rows = drawRows(count, width, width);
      check(collect(rows, width), rows, width);
    }
  }
  for (const count of [BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS]) {
    const rows = drawRows(count, 9);
    check(collect(rows, 9), rows, 9);
  }
});

test("blocks may be filled in part, and what a fuller one left behind does not count", () => {
  const rows = drawRows(100, 5);
  for (const block of [1, 7, 64]) check(collect(rows, 5, block), rows, 5);
});

test("nothing was added: zeros", () => {
  const { count, mean, products } = moments.second(3).read();
  assert.is(count, 0);
  assert.equal(
    [...mean, ...products],
    Array.from({ length: 12 }, () => 0),
  );
});

test("what is not finite is not hidden", () => {
  const rows = drawRows(4, 3).map((row, r) => (r === 2 ? [row[0]!, NaN, row[2]!] : row));
  const { mean, products } = collect(rows, 3);
  assert.ok(Number.isNaN(mean[1]) && Number.isNaN(products[1]) && Number.isFinite(products[2]));
});

test("several at once, and memory that grows under them", () => {
  const [first, second] = [moments.second(4), moments.second(900)];
  const rows = drawRows(3, 4);
  const values = first.rows();
  rows.forEach((row, r) => row.forEach((v, f) => (values[first.places[f]! + r * PANEL] = v)));
  const third = moments.second(2000);
  first.add(3);
  check(first.read(), rows, 4);
  second.close();
  third.close();
  assert.throws(() => first.rows(), /already read/);
});

test.run();
