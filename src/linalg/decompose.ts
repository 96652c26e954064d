/** Decompositions of symmetric matrices, by ml-matrix. Matrices are row-major lists of numbers. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { lowerFactor } from "./cholesky.js";
import { factorPositive } from "./solve.js";

export interface Eigen {
  /** Falling; what rounding made negative is 0. */
  readonly values: Float64Array;
  /** [n][n]: row k is the unit vector of value k. */
  readonly vectors: Float64Array;
}

/** Eigenvalues and vectors of a symmetric positive semidefinite matrix [n][n]. */
export function eigen(a: Float64Array, n: number): Eigen {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrixOf(a, n), { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((i, j) => realEigenvalues[j]! - realEigenvalues[i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((column, k) => {
    for (let i = 0; i < n; i++) vectors[k * n + i] = eigenvectorMatrix.get(i, column);
  });
  return { values: Float64Array.from(order, (i) => Math.max(0, realEigenvalues[i]!)), vectors };
}

/** As `lowerFactor`. Throws a `RangeError` where the matrix is not positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const factor = lowerFactor(a, n);
  if (!factor) throw new RangeError("cholesky: the matrix is not positive definite");
  return factor;
}

export function isPositiveDefinite(a: Float64Array, n: number): boolean {
  return lowerFactor(a, n) !== undefined;
}

/** x with x l = b, for a lower triangle l [n][n] and b [rows][n]. */
export function solveFromRight(b: Float64Array, l: Float64Array, n: number): Float64Array {
  const x = b.slice();
  for (let row = 0; row < x.length; row += n) {
    for (let j = n - 1; j >= 0; j--) {
      const value = (x[row + j]! /= l[j * n + j]!);
      if (value === 0) continue;
      for (let k = 0; k < j; k++) x[row + k]! -= value * l[j * n + k]!;
    }
  }
  return x;
}

/** y with y lT = b, for a lower triangle l [n][n] and b [rows][n]. */
export function solveFromRightTransposed(b: Float64Array, l: Float64Array, n: number): Float64Array {
  const y = b.slice();
  for (let row = 0; row < y.length; row += n) {
    for (let j = 0; j < n; j++) {
      let value = y[row + j]!;
      for (let k = 0; k < j; k++) value -= y[row + k]! * l[j * n + k]!;
      y[row + j] = value / l[j * n + j]!;
    }
  }
  return y;
}

/** The inverse of a positive definite a [n][n]. Throws a `RangeError` where it is not. */
export function invert(a: Float64Array, n: number): Float64Array {
  const factored = factorPositive(a, n);
  if (!factored) throw new RangeError("invert: the matrix is not positive definite");
  return factored.inverse();
}

/** a with this share of the mean of its diagonal added to the diagonal; of a matrix of zeros, the identity. */
export function withRidge(a: Float64Array, n: number, share: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * (n + 1)]!;
  const result = a.slice();
  for (let i = 0; i < n; i++) result[i * (n + 1)]! += trace > 0 ? (share * trace) / n : 1;
  return result;
}

/** x with x a = b, for a symmetric positive semidefinite a [n][n], to which a ridge is added, and b [rows][n]. */
export function solveWithRidge(b: Float64Array, a: Float64Array, n: number, share: number): Float64Array {
  const l = cholesky(withRidge(a, n, share), n);
  return solveFromRight(solveFromRightTransposed(b, l, n), l, n);
}

/** A matrix of views of the rows: nothing is copied. */
function matrixOf(numbers: Float64Array, n: number): Matrix {
  const matrix = new Matrix(0, n);
  for (let r = 0; r < n; r++) matrix.addRow(r, numbers.subarray(r * n, (r + 1) * n));
  return matrix;
}
