/** Least squares against what it is defined as, and what it does where samples say little. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fitRidge, residualOf } from "../../src/linalg/ridge.js";
import type { Centred } from "../../src/linalg/second-moments.js";
import { factorPositive, solvePositive, submatrix } from "../../src/linalg/solve.js";
import { normal } from "../../src/random.js";

const test = suite("linalg/ridge");

type Rows = readonly (readonly number[])[];

/** Moments in plain loops. */
export function momentsOf(rows: Rows): Centred {
  const width = rows[0]!.length;
  const mean = Float64Array.from(
    { length: width },
    (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length,
  );
  const products = Float64Array.from({ length: width * width }, (_, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    return rows.reduce((sum, row) => sum + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0);
  });
  return { width, count: rows.length, mean, products };
}

const draw = (count: number, seed: number): number[] => {
  const next = normal(seed);
  return Array.from({ length: count }, () => next());
};

/** Rows of inputs, the last of which depend on the first, and of the outputs that a filter makes of them. */
function linearRows(count: number, inputs: number, filter: Rows, bias: readonly number[], seed = 1): Rows {
  return Array.from({ length: count }, (_, r) => {
    const x = draw(inputs, seed * 1000 + r);
    return [...x, ...filter.map((row, o) => row.reduce((sum, w, i) => sum + w * x[i]!, bias[o]!))];
  });
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what = ""): void {
  assert.is(actual.length, expected.length);
  Array.from(expected).forEach((v, i) =>
    assert.ok(Math.abs(actual[i]! - v) <= tolerance, `${what} ${i}: ${actual[i]}, expected ${v}`),
  );
}

const FILTER = [draw(6, 1), draw(6, 2), draw(6, 3)];
const BIAS = [0.5, -1, 2];

test("a filter that made the outputs is found again, and its bias", () => {
  const moments = momentsOf(linearRows(50, 6, FILTER, BIAS));
  const start = Array.from({ length: 18 }, () => 0.1);
  const fit = fitRidge(moments, 6, start, 1e-10);
  near(fit.filter, FILTER.flat(), 1e-7);
  near(fit.bias, BIAS, 1e-7);
  assert.ok(residualOf(moments, 6, fit.filter) < 1e-9 * residualOf(moments, 6, start));
  assert.is(fit.ridge, 1e-10);
});

test("the weights of before stay if they are right, whatever the ridge", () => {
  const fit = fitRidge(momentsOf(linearRows(50, 6, FILTER, BIAS)), 6, FILTER.flat(), 0.5);
  near(fit.filter, FILTER.flat(), 1e-12);
  near(fit.bias, BIAS, 1e-12);
});

test("the normal equations hold: the gradient of what is minimised is 0", () => {
  const moments = momentsOf(
    linearRows(40, 6, FILTER, BIAS).map((row, r) => row.map((v, i) => v + (i > 5 ? draw(9, r)[i]! : 0))),
  );
  const start = draw(18, 9);
  const { filter } = fitRidge(moments, 6, start, 0.01);
  const residual = residualOf(moments, 6, filter);
  const mean = [...Array(6).keys()].reduce((sum, i) => sum + moments.products[i * 10]! / 6, 0);
  let left = 0;
  for (let o = 0; o < 3; o++) {
    for (let i = 0; i < 6; i++) {
      let gradient = -moments.products[i * 9 + 6 + o]! + 0.01 * mean * (filter[o * 6 + i]! - start[o * 6 + i]!);
      for (let j = 0; j < 6; j++) gradient += moments.products[i * 9 + j]! * filter[o * 6 + j]!;
      assert.ok(Math.abs(gradient) < 1e-9, `${o}, ${i}: ${gradient}`);
    }
    left += moments.products[(6 + o) * 10]!;
    for (let i = 0; i < 6; i++) {
      left -= 2 * filter[o * 6 + i]! * moments.products[i * 9 + 6 + o]!;
      for (let j = 0; j < 6; j++) left += filter[o * 6 + i]! * filter[o * 6 + j]! * moments.products[i * 9 + j]!;
    }
  }
  assert.ok(Math.abs(residual - left) < 1e-9 * left);
});

test("what is 0 stays 0, and each output is fitted on what it has left", () => {
  const rows = linearRows(60, 6, FILTER, BIAS);
  const masks = [
    [1, 1, 0, 1, 0, 1],
    [0, 0, 0, 1, 1, 1],
    [1, 1, 0, 1, 0, 1],
  ];
  const start = FILTER.flatMap((row, o) => row.map((w, i) => w * masks[o]![i]!));
  const { filter } = fitRidge(momentsOf(rows), 6, start, 1e-10);
  masks.forEach((mask, o) => {
    const support = [...mask.keys()].filter((i) => mask[i]);
    const alone = momentsOf(rows.map((row) => [...support.map((i) => row[i]!), row[6 + o]!]));
    const expected = fitRidge(
      alone,
      support.length,
      Array.from({ length: support.length }, () => 1),
      1e-10,
    ).filter;
    mask.forEach((on, i) => {
      if (!on) assert.is(filter[o * 6 + i], 0);
    });
    near(
      support.map((i) => filter[o * 6 + i]!),
      expected,
      1e-6,
      `output ${o}`,
    );
  });
});

test("too many sets of equations: descent ends where solving does, and what is 0 stays 0", () => {
  const [inputs, outputs] = [40, 12];
  const filter = Array.from({ length: outputs }, (_, o) => draw(inputs, o));
  const rows = linearRows(200, inputs, filter, draw(outputs, 20)).map((row, r) =>
    // Inputs that depend on one another, and outputs that no filter explains.
    row.map((v, i) => (i > 0 && i < inputs ? v + 0.7 * row[i - 1]! : v + 0.3 * draw(60, 5000 + r)[i % 60]!)),
  );
  const moments = momentsOf(rows);
  const start = filter.flatMap((row, o) => row.map((w, i) => ((i * 7 + o * 5) % 3 === 0 ? 0 : 0.5 * w)));
  const [solved, descended] = [Infinity, 0].map((work) => fitRidge(moments, inputs, start, 1e-3, work));
  assert.equal([solved!.isExact, descended!.isExact, solved!.unknowns], [true, false, 27]);
  start.forEach((w, at) => w === 0 && assert.is(descended!.filter[at], 0));
  const [before, best, near] = [start, solved!.filter, descended!.filter].map((f) => residualOf(moments, inputs, f));
  assert.ok(near! - best! < 1e-3 * (before! - best!), `${before} -> ${near}, at best ${best}`);
  const single = Array.from({ length: inputs * outputs }, () => 1);
  assert.ok(fitRidge(moments, inputs, single, 1e-3, 0).isExact, "one set of equations is always solved");
});

test("an input that never changes goes into the bias; one that is always 0 does no harm", () => {
  for (const constant of [0, 3]) {
    const rows = linearRows(
      50,
      5,
      FILTER.map((row) => row.slice(0, 5)),
      BIAS,
    ).map((row) => [constant, ...row]);
    const start = FILTER.flatMap((row) => [2, ...row.slice(0, 5)]);
    const { filter, bias } = fitRidge(momentsOf(rows), 6, start, 1e-6);
    rows.forEach((row) =>
      FILTER.forEach((_, o) => {
        let y = bias[o]!;
        for (let i = 0; i < 6; i++) y += filter[o * 6 + i]! * row[i]!;
        assert.ok(Math.abs(y - row[6 + o]!) < 1e-6);
      }),
    );
  }
});

test("inputs without any variation: the filter stays, the bias is the mean", () => {
  const rows = Array.from({ length: 9 }, (_, r) => [1, 2, r]);
  const { filter, bias } = fitRidge(momentsOf(rows), 2, [0.5, 0.25], 1e-3);
  assert.equal([...filter], [0.5, 0.25]);
  near(bias, [4 - 1], 1e-12);
});

test("fewer rows than weights: more ridge, and everything stays finite and near what it was", () => {
  const rows = linearRows(4, 6, FILTER, BIAS);
  const fit = fitRidge(momentsOf(rows), 6, FILTER.flat(), 1e-3);
  assert.is(fit.ridge, 0.1);
  near(fit.filter, FILTER.flat(), 1e-9);
  const wrong = draw(18, 4);
  const other = fitRidge(momentsOf(rows), 6, wrong, 1e-3);
  const [before, after] = [wrong, other.filter].map((filter) => residualOf(momentsOf(rows), 6, filter));
  assert.ok(other.filter.every(Number.isFinite) && after! <= before!);
  assert.is(fitRidge(momentsOf(linearRows(9, 6, FILTER, BIAS)), 6, FILTER.flat(), 1e-3).ridge, 1e-2);
});

test("a matrix that is not positive definite gets more ridge until it is", () => {
  const moments = momentsOf(linearRows(50, 2, [[1, 1]], [0]));
  const broken = { ...moments, products: moments.products.map((v, at) => (at === 0 ? -0.01 * v : v)) };
  const fit = fitRidge(broken, 2, [1, 1], 1e-3);
  assert.ok(fit.ridge > 1e-3 && fit.filter.every(Number.isFinite));
});

test("solving and inverting", () => {
  const [n, a] = [5, draw(25, 7)];
  const positive = Float64Array.from({ length: 25 }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return [...Array(n).keys()].reduce((sum, k) => sum + a[i * n + k]! * a[j * n + k]!, i === j ? 0.1 : 0);
  });
  const x = Float64Array.from(draw(10, 8));
  const times = (m: ArrayLike<number>, v: ArrayLike<number>, columns: number) =>
    Float64Array.from({ length: n * columns }, (_, at) => {
      const [i, c] = [Math.floor(at / columns), at % columns];
      return [...Array(n).keys()].reduce((sum, k) => sum + m[i * n + k]! * v[k * columns + c]!, 0);
    });
  near(solvePositive(positive, n, times(positive, x, 2))!, x, 1e-9);
  const identity = Float64Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 1 : 0));
  near(times(positive, factorPositive(positive, n)!.inverse(), n), identity, 1e-9);
  assert.is(solvePositive(Float64Array.of(1, 2, 2, 1), 2, Float64Array.of(1, 1)), undefined);
  assert.is(solvePositive(Float64Array.of(NaN, 0, 0, 1), 2, Float64Array.of(1, 1)), undefined);
  assert.is(solvePositive(new Float64Array(0), 0, new Float64Array(0))!.length, 0);
  assert.equal([...submatrix(positive, n, [1, 3])], [positive[6], positive[8], positive[16], positive[18]]);
});

test.run();
