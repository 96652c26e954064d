/** Equations in float64: Cholesky's factors, and substitution along rows. Matrices are row-major lists of numbers. */
import { lowerFactor } from "./cholesky.js";

/** The square matrix of some rows and columns of a [width][width] matrix. */
export function submatrix(a: ArrayLike<number>, width: number, kept: ArrayLike<number>): Float64Array {
  const n = kept.length;
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = kept[i]! * width;
    for (let j = 0; j < n; j++) result[i * n + j] = a[row + kept[j]!]!;
  }
  return result;
}

/** A factored matrix. */
export interface Factored {
  /** x [n][columns] with a x = b. */
  solve(b: Float64Array): Float64Array;
  inverse(): Float64Array;
}

/** A symmetric positive definite a [n][n], of which the lower triangle is read, factored; undefined where it is none. */
export function factorPositive(a: Float64Array, n: number): Factored | undefined {
  const lower = lowerFactor(a, n);
  return (
    lower && {
      solve: (b) => backwards(lower, n, forwards(lower, n, b.slice())),
      inverse: () => inverseOf(lower, n),
    }
  );
}

/** x with a x = b, as `factorPositive` reads a; b is [n][columns]. */
export function solvePositive(a: Float64Array, n: number, b: Float64Array): Float64Array | undefined {
  return n === 0 ? new Float64Array(0) : factorPositive(a, n)?.solve(b);
}

/** In place; whole rows at a time, which ml-matrix's own solver does not do. */
function forwards(lower: Float64Array, n: number, x: Float64Array): Float64Array {
  const columns = x.length / n;
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < k; i++) subtractRow(x, k * columns, i * columns, lower[k * n + i]!, columns);
    divideRow(x, k * columns, lower[k * n + k]!, columns);
  }
  return x;
}

function backwards(lower: Float64Array, n: number, x: Float64Array): Float64Array {
  const columns = x.length / n;
  for (let k = n - 1; k >= 0; k--) {
    for (let i = k + 1; i < n; i++) subtractRow(x, k * columns, i * columns, lower[i * n + k]!, columns);
    divideRow(x, k * columns, lower[k * n + k]!, columns);
  }
  return x;
}

/** The inverse of lower x lowerT. It is symmetric, so rows are computed up to the diagonal: of the lower factor's inverse, then of all. */
function inverseOf(lower: Float64Array, n: number): Float64Array {
  const x = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    x[k * (n + 1)] = 1;
    for (let i = 0; i < k; i++) subtractRow(x, k * n, i * n, lower[k * n + i]!, i + 1);
    divideRow(x, k * n, lower[k * (n + 1)]!, k + 1);
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let i = k + 1; i < n; i++) subtractRow(x, k * n, i * n, lower[i * n + k]!, k + 1);
    divideRow(x, k * n, lower[k * (n + 1)]!, k + 1);
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) x[j * n + i] = x[i * n + j]!;
  return x;
}

function subtractRow(x: Float64Array, to: number, from: number, factor: number, columns: number): void {
  if (factor === 0) return;
  for (let c = 0; c < columns; c++) x[to + c]! -= factor * x[from + c]!;
}

function divideRow(x: Float64Array, at: number, by: number, columns: number): void {
  for (let c = at; c < at + columns; c++) x[c]! /= by;
}
