/** How many columns of a matrix are independent of one another, as far as its numbers are exact. */

/** Distance of 1 to the next float32. */
const EPSILON = 2 ** -23;

/**
 * The rank of a [rows][columns] matrix of float32 numbers: columns are taken, the longest first, and the others reduced to what is
 * orthogonal to it, until what is left of the longest is at most max(rows, columns) * 2^-23 of the first (QR decomposition with column
 * pivoting, Businger and Golub 1965; modified Gram-Schmidt).
 */
export function numericRank(matrix: ArrayLike<number>, rows: number, columns: number): number {
  const left = transposed(matrix, rows, columns);
  const tolerance = (Math.max(rows, columns) * EPSILON) ** 2;
  let [longest, rank] = [0, 0];
  for (; rank < Math.min(rows, columns); rank++) {
    const { column, square } = longestColumn(left, rows, rank, columns);
    if (rank === 0) longest = square;
    if (!(square > tolerance * longest)) break;
    swap(left, rows, rank, column);
    reduce(left, rows, rank, columns, square);
  }
  return rank;
}

/** Columns one behind the other. */
function transposed(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = matrix[r * columns + c]!;
  }
  return result;
}

/** Of those from `first` on. */
function longestColumn(left: Float64Array, rows: number, first: number, columns: number) {
  let [column, square] = [first, -1];
  for (let c = first; c < columns; c++) {
    const own = dot(left, c * rows, c * rows, rows);
    if (own > square) [column, square] = [c, own];
  }
  return { column, square };
}

function dot(numbers: Float64Array, a: number, b: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += numbers[a + i]! * numbers[b + i]!;
  return sum;
}

function swap(left: Float64Array, rows: number, a: number, b: number): void {
  const column = left.slice(a * rows, (a + 1) * rows);
  left.copyWithin(a * rows, b * rows, (b + 1) * rows);
  left.set(column, b * rows);
}

/** Takes column `pivot`, whose square is given, out of those behind it. */
function reduce(left: Float64Array, rows: number, pivot: number, columns: number, square: number): void {
  const from = pivot * rows;
  for (let c = pivot + 1; c < columns; c++) {
    const share = dot(left, from, c * rows, rows) / square;
    for (let i = 0; i < rows; i++) left[c * rows + i]! -= share * left[from + i]!;
  }
}
