/** Dense linear algebra in float64: factors by ml-matrix, and substitution along rows. Matrices are row-major lists of numbers. */
import { CholeskyDecomposition, Matrix } from "ml-matrix";

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

/** Cholesky's factors of a symmetric positive definite a [n][n], of which the lower triangle is read; undefined where it is none. */
export function factorPositive(a: Float64Array, n: number): Factored | undefined {
  if (!a.every(Number.isFinite)) return undefined;
  const decomposition = new CholeskyDecomposition(symmetricOf(a, n));
  if (!decomposition.isPositiveDefinite()) return undefined;
  const lower = Array.from({ length: n }, (_, r) => decomposition.lowerTriangularMatrix.getRow(r));
  return {
    solve: (b) => backwards(lower, forwards(lower, b.slice())),
    inverse: () => backwards(lower, inverseOf(lower)),
  };
}

/** x with a x = b, as `factorPositive` reads a; b is [n][columns]. */
export function solvePositive(a: Float64Array, n: number, b: Float64Array): Float64Array | undefined {
  return n === 0 ? new Float64Array(0) : factorPositive(a, n)?.solve(b);
}

/** In place; whole rows at a time, which ml-matrix's own solver does not do. */
function forwards(lower: readonly (readonly number[])[], x: Float64Array): Float64Array {
  const columns = x.length / lower.length;
  lower.forEach((row, k) => {
    for (let i = 0; i < k; i++) subtractRow(x, k * columns, i * columns, row[i]!, columns);
    divideRow(x, k * columns, row[k]!, columns);
  });
  return x;
}

function backwards(lower: readonly (readonly number[])[], x: Float64Array): Float64Array {
  const n = lower.length;
  const columns = x.length / n;
  for (let k = n - 1; k >= 0; k--) {
    divideRow(x, k * columns, lower[k]![k]!, columns);
    for (let i = 0; i < k; i++) subtractRow(x, i * columns, k * columns, lower[k]![i]!, columns);
  }
  return x;
}

/** The inverse of the lower factor: a lower triangle itself, of which only that is computed. */
function inverseOf(lower: readonly (readonly number[])[]): Float64Array {
  const n = lower.length;
  const x = new Float64Array(n * n);
  lower.forEach((row, k) => {
    x[k * (n + 1)] = 1;
    for (let i = 0; i < k; i++) subtractRow(x, k * n, i * n, row[i]!, i + 1);
    divideRow(x, k * n, row[k]!, k + 1);
  });
  return x;
}

function subtractRow(x: Float64Array, to: number, from: number, factor: number, columns: number): void {
  if (factor === 0) return;
  for (let c = 0; c < columns; c++) x[to + c]! -= factor * x[from + c]!;
}

function divideRow(x: Float64Array, at: number, by: number, columns: number): void {
  for (let c = at; c < at + columns; c++) x[c]! /= by;
}

function symmetricOf(lower: Float64Array, n: number): Matrix {
  const matrix = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.set(i, j, lower[i * n + j]!);
      matrix.set(j, i, lower[i * n + j]!);
    }
  }
  return matrix;
}
