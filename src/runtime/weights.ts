import { ModelError } from "../errors.js";
import type { Weights } from "../gen/network.js";
import { LIMITS } from "./limits.js";
import { formatShape, type Shape, sizeOf } from "./shape.js";

/** Bytes of one number. */
const BYTES = { f32: 4, f16: 2 } as const;

/** Throws a `ModelError` unless the weights have this many axes, sane sizes, and as many bytes as their shape says. */
export function checkWeights(weights: Weights, what: string, rank: number): void {
  const { shape } = weights;
  if (shape.length !== rank) throw new ModelError(`${what} has ${shape.length} axes, expected ${rank}`);
  if (shape.some((size) => size < 1 || size > LIMITS.size) || sizeOf(shape) > LIMITS.elements) {
    throw new ModelError(`${what} has shape ${formatShape(shape)}, which is out of range`);
  }
  const expected = sizeOf(shape) * BYTES[weights.encoding];
  if (weights.data.length !== expected) {
    throw new ModelError(
      `${what} of shape ${formatShape(shape)} wants ${expected} bytes as ${weights.encoding}, has ${weights.data.length}`,
    );
  }
}

/** Throws a `ModelError` unless the weights are a vector of this length. */
export function checkVector(weights: Weights | undefined, what: string, length: number): void {
  if (!weights) return;
  checkWeights(weights, what, 1);
  if (weights.shape[0] !== length) throw new ModelError(`${what} has ${weights.shape[0]} elements, expected ${length}`);
}

/** The numbers, whatever the encoding. */
export function readWeights(weights: Weights): Float32Array {
  const { data } = weights;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const numbers = new Float32Array(sizeOf(weights.shape as Shape));
  if (weights.encoding === "f32") for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat32(4 * i, true);
  else for (let i = 0; i < numbers.length; i++) numbers[i] = halfToFloat(view.getUint16(2 * i, true));
  return numbers;
}

/** The number that 16 bits of IEEE 754 binary16 stand for. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
