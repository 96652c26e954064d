/** Values that are known at import: weights, and everything that only computes shapes. */
import { ModelError } from "../errors.js";
import { formatShape, type Shape, sizeOf, type Tensor } from "../graph/graph.js";

/** What arithmetic on a constant means; every ONNX element type is one of these. */
export type Kind = "float" | "double" | "int" | "bool";

/** Numbers with a kind: float32 for "float", else doubles (exact for integers up to 2^53; booleans are 0 and 1). */
export interface Constant extends Tensor {
  readonly kind: Kind;
  /** ONNX's name of the type, where integers were read from the model: what quantised values are clipped to. */
  readonly element?: string;
}

/** The most elements that one computed constant may have: 512 MB as float32, a little more than VGG's largest layer. */
export const LARGEST_CONSTANT = 2 ** 27;

/** Zeros of this shape. Throws a `ModelError` where a file asks for an absurd size. */
export function allocate(kind: Kind, shape: Shape): Float32Array | Float64Array {
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size) || shape.some((n) => n < 0)) {
    throw new ModelError(`a constant cannot have the shape ${formatShape(shape)}`);
  }
  if (size > LARGEST_CONSTANT) {
    throw new ModelError(`a constant of ${formatShape(shape)} is too large; at most ${LARGEST_CONSTANT} elements`);
  }
  return kind === "float" ? new Float32Array(size) : new Float64Array(size);
}

export function makeConstant(kind: Kind, shape: Shape, element: (i: number) => number): Constant {
  const data = allocate(kind, shape);
  for (let i = 0; i < data.length; i++) data[i] = element(i);
  return { kind, shape, data };
}

/** A list of integers, one axis. */
export function intList(values: readonly number[]): Constant {
  return { kind: "int", shape: [values.length], data: Float64Array.from(values) };
}

export function scalar(kind: Kind, value: number): Constant {
  return makeConstant(kind, [], () => value);
}

/** The same numbers in another shape, which must have as many elements. */
export function reshaped(constant: Constant, shape: Shape): Constant {
  if (sizeOf(shape) !== constant.data.length) {
    throw new ModelError(`${formatShape(constant.shape)} cannot become ${formatShape(shape)}`);
  }
  return { ...constant, shape };
}

/** As a graph holds it. */
export function toTensor({ kind, shape, data }: Constant): Tensor {
  return { shape, data: kind === "float" ? data : Float32Array.from(data) };
}
