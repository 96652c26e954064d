/** Products of dense matrices in float64. Matrices are row-major lists of numbers. */
import { loadToolkit, type Toolkit } from "./toolkit.js";

/** Products of fewer numbers than these are done before they are copied into the module. */
const FEW = 4096;

/** The module that multiplies. It keeps nothing from one product to the next. */
let toolkit: Toolkit | undefined;

/** a b, for a [rows][inner] and b [inner][columns]. */
export function multiply(a: Float64Array, b: Float64Array, rows: number): Float64Array {
  const inner = a.length / rows;
  const columns = b.length / inner;
  if (rows * inner * columns <= FEW) return multiplyHere(a, b, rows, inner, columns);
  toolkit ??= loadToolkit();
  const pin = (numbers: Float64Array | number) =>
    toolkit!.__pin(toolkit!.__newArray(toolkit!.FLOAT64_ARRAY.value, numbers));
  const pointers = [a, b, rows * columns].map(pin) as [number, number, number];
  toolkit.multiply(pointers[0], pointers[1], rows, inner, columns, pointers[2]);
  const result = toolkit.__getFloat64Array(pointers[2]);
  pointers.forEach((pointer) => toolkit!.__unpin(pointer));
  return result;
}

function multiplyHere(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const to = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!;
      const from = k * columns;
      for (let j = 0; j < columns; j++) result[to + j]! += factor * b[from + j]!;
    }
  }
  return result;
}

/** a bT, for a [rows][inner] and b [columns][inner]. */
export function multiplyTransposed(a: Float64Array, b: Float64Array, rows: number): Float64Array {
  const inner = a.length / rows;
  return multiply(a, transpose(b, b.length / inner), rows);
}

/** aT, for a [rows][columns]. */
export function transpose(a: Float64Array, rows: number): Float64Array {
  const columns = a.length / rows;
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j]!;
  }
  return result;
}

/** The part between some rows and columns, the last ones left out, of a matrix with `width` columns. */
export function block(
  a: Float64Array,
  width: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): Float64Array {
  const columns = right - left;
  const result = new Float64Array((bottom - top) * columns);
  for (let row = top; row < bottom; row++) {
    result.set(a.subarray(row * width + left, row * width + right), (row - top) * columns);
  }
  return result;
}

/** The sum of products of two lists. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
