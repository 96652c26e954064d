/** Cholesky's factor, block column by block column: ml-matrix factors the blocks on the diagonal, the toolkit's module multiplies. */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { block, multiplyTransposed } from "./products.js";

/** Columns of a block. */
const WIDTH = 48;

/**
 * The lower triangle l [n][n] with l lT = a, for a symmetric positive definite a [n][n] of which the lower triangle is read;
 * undefined where it is none.
 */
export function lowerFactor(a: Float64Array, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let from = 0; from < n; from += WIDTH) {
    const width = Math.min(WIDTH, n - from);
    const panel = block(a, n, [from, n], [from, from + width]);
    if (from > 0) {
      const before = block(l, n, [from, n], [0, from]);
      const explained = multiplyTransposed(before, before.subarray(0, width * from), n - from);
      explained.forEach((value, at) => (panel[at]! -= value));
    }
    const corner = factorSmall(panel, width);
    if (!corner) return undefined;
    for (let row = from; row < n; row++) {
      const own = panel.subarray((row - from) * width, (row - from + 1) * width);
      if (row < from + width) l.set(corner[row - from]!.subarray(0, row - from + 1), row * n + from);
      else l.set(divideByTransposed(own, corner), row * n + from);
    }
  }
  return l;
}

/** Rows of the factor of the first square of [...][n]. */
function factorSmall(a: Float64Array, n: number): Float64Array[] | undefined {
  const matrix = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = a[i * n + j]!;
      if (!Number.isFinite(value)) return undefined;
      matrix.set(i, j, value);
      matrix.set(j, i, value);
    }
  }
  const decomposition = new CholeskyDecomposition(matrix);
  if (!decomposition.isPositiveDefinite()) return undefined;
  const { lowerTriangularMatrix } = decomposition;
  return Array.from({ length: n }, (_, i) => Float64Array.from(lowerTriangularMatrix.getRow(i)));
}

/** y with y lT = b, in the place of b. */
function divideByTransposed(b: Float64Array, l: readonly Float64Array[]): Float64Array {
  l.forEach((row, j) => {
    let value = b[j]!;
    for (let k = 0; k < j; k++) value -= b[k]! * row[k]!;
    b[j] = value / row[j]!;
  });
  return b;
}
