import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cholesky, eigen, invert, solveWithRidge } from "../../src/linalg/decompose.js";
import { dot, multiply, multiplyTransposed, transpose } from "../../src/linalg/products.js";
import { normal } from "../../src/random.js";

const test = suite("linalg/products");

function noise(length: number, seed: number): Float64Array {
  const next = normal(seed);
  return Float64Array.from({ length }, () => next());
}

function near(actual: Float64Array, expected: ArrayLike<number>, what: string, tolerance = 1e-11): void {
  assert.is(actual.length, expected.length, what);
  actual.forEach((v, i) =>
    assert.ok(Math.abs(v - expected[i]!) <= tolerance * 100, `${what}, ${i}: ${v}, ${expected[i]}`),
  );
}

function byHand(a: Float64Array, b: Float64Array, rows: number): Float64Array {
  const inner = a.length / rows;
  const columns = b.length / inner;
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[Math.floor(at / columns) * inner + k]! * b[k * columns + (at % columns)]!;
    return sum;
  });
}

test("products of all sizes around the tiles, small ones and large ones", () => {
  for (const rows of [1, 2, 3, 4, 5, 8, 11]) {
    for (const inner of [1, 2, 7, 200]) {
      for (const columns of [1, 2, 3, 4, 5, 9, 31]) {
        const [a, b] = [noise(rows * inner, rows + inner), noise(inner * columns, columns)];
        near(multiply(a, b, rows), byHand(a, b, rows), `${rows}x${inner}x${columns}`);
        near(
          multiplyTransposed(a, transpose(b, inner), rows),
          byHand(a, b, rows),
          `transposed, ${rows}x${inner}x${columns}`,
        );
      }
    }
  }
});

test("views of larger lists are taken as they are, and nothing is written to them", () => {
  const whole = noise(4000, 1);
  const before = whole.slice();
  const [a, b] = [whole.subarray(10, 1010), whole.subarray(2000, 3000)];
  near(multiply(a, b, 20), byHand(a.slice(), b.slice(), 20), "views");
  assert.equal(whole, before);
});

test("many products take no more memory than a few", () => {
  const a = noise(300 * 300, 1);
  multiply(a, a, 300);
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  for (let i = 0; i < 200; i++) multiply(a, a, 300);
  const after = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  // 200 products with two megabytes each.
  assert.ok(after - before < 200 << 20, `grew by ${after - before} bytes`);
});

test("eigenvalues fall, vectors are unit ones, and the matrix is their sum", () => {
  for (const n of [1, 2, 5, 20]) {
    const half = noise(n * 3, n);
    const a = multiply(half, transpose(half, n), n);
    const before = a.slice();
    const { values, vectors } = eigen(a, n);
    assert.equal(a, before);
    const scaled = vectors.map((v, i) => v * values[Math.floor(i / n)]!);
    near(multiply(transpose(vectors, n), scaled, n), a, `${n}`);
    values.forEach((v, i) => assert.ok(v >= 0 && v <= (values[i - 1] ?? Infinity)));
    for (let k = 0; k < n; k++)
      assert.ok(Math.abs(dot(vectors.subarray(k * n, k * n + n), vectors.subarray(k * n, k * n + n)) - 1) < 1e-9);
  }
});

test("cholesky, inverse and solutions give back what they are of", () => {
  for (const n of [1, 2, 5, 20, 48, 49, 130]) {
    const half = noise(n * 2 * n, n);
    const a = multiply(half, transpose(half, n), n);
    for (let i = 0; i < n; i++) a[i * (n + 1)]! += 1;
    const l = cholesky(a, n);
    near(multiply(l, transpose(l, n), n), a, `l lT, ${n}`);
    near(
      multiply(a, invert(a, n), n),
      Float64Array.from(a, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
      `inverse, ${n}`,
    );
    const b = noise(3 * n, 4);
    near(multiply(solveWithRidge(b, a, n, 0), a, 3), b, `solution, ${n}`, 1e-9);
  }
  assert.throws(() => cholesky(Float64Array.of(1, 2, 2, 1), 2), RangeError);
  assert.equal([...solveWithRidge(Float64Array.of(0, 0), new Float64Array(4), 2, 1e-6)], [0, 0]);
});

test.run();
