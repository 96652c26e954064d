/** Dense linear algebra in float64, by ml-matrix. Matrices are row-major lists of numbers. */
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

/** x with a x = b, for a symmetric positive definite a [n][n] and b [n][columns]; undefined where a is not positive definite. */
export function solvePositive(a: Float64Array, n: number, b: Float64Array): Float64Array | undefined {
  if (n === 0) return new Float64Array(0);
  if (!a.every(Number.isFinite)) return undefined;
  const decomposition = new CholeskyDecomposition(matrixOf(a, n, n));
  if (!decomposition.isPositiveDefinite()) return undefined;
  return numbersOf(decomposition.solve(matrixOf(b, n, b.length / n)));
}

/** The inverse of a symmetric positive definite matrix; undefined where it is not positive definite. */
export function invertPositive(a: Float64Array, n: number): Float64Array | undefined {
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * (n + 1)] = 1;
  return solvePositive(a, n, identity);
}

/** A matrix of views of the rows: nothing is copied, and nothing may be changed. */
function matrixOf(numbers: Float64Array, rows: number, columns: number): Matrix {
  const matrix = new Matrix(0, columns);
  for (let r = 0; r < rows; r++) matrix.addRow(r, numbers.subarray(r * columns, (r + 1) * columns));
  return matrix;
}

function numbersOf(matrix: Matrix): Float64Array {
  const { rows, columns } = matrix;
  const numbers = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) numbers.set(matrix.getRow(r), r * columns);
  return numbers;
}
