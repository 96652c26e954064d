/** Matrices the other way round: ONNX multiplies with [in, out], a `gemm` with [out, in]. */
import { type Constant, makeConstant } from "./constant.js";

/** The constant matrix [m, n] as [n, m], each element times `factor`. */
export function transposedMatrix({ kind, shape, data }: Constant, factor = 1): Constant {
  const [m, n] = shape as [number, number];
  return makeConstant(kind, [n, m], (i) => data[(i % m) * n + Math.floor(i / m)]! * factor);
}
