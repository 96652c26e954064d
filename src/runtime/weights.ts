import { ModelError } from "../errors.js";
import type { Weights } from "../gen/network.js";
import { LIMITS } from "./limits.js";
import { countKept, eachKept } from "./mask.js";
import { broadcastStrides, formatShape, type Shape, sizeOf } from "./shape.js";

/** Bytes of one number. */
const BYTES = { f32: 4, f16: 2 } as const;

/** Throws a `ModelError` unless the weights have this many axes, sane sizes, and as many bytes as their shape says. */
export function checkWeights(weights: Weights, what: string, rank: number): void {
  const { shape } = weights;
  if (shape.length !== rank) throw new ModelError(`${what} has ${shape.length} axes, expected ${rank}`);
  if (shape.some((size) => size < 1 || size > LIMITS.size) || sizeOf(shape) > LIMITS.elements) {
    throw new ModelError(`${what} has shape ${formatShape(shape)}, which is out of range`);
  }
  const stored = countKept(weights);
  if (stored < 0) {
    const block = weights.block > 0 ? `, ${weights.block} share a bit` : "";
    throw new ModelError(
      `${what}: what is stored (${weights.mask}${block}) does not fit the shape ${formatShape(shape)}`,
    );
  }
  const expected = stored * BYTES[weights.encoding];
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

/** The numbers, whatever the encoding, zeros among them. */
export function readWeights(weights: Weights): Float32Array {
  const stored = readStored(weights);
  if (weights.mask === "all") return stored;
  const all = new Float32Array(sizeOf(weights.shape));
  let next = 0;
  eachKept(weights, (position) => (all[position] = stored[next++]!));
  return all;
}

/** The stored numbers. Typed arrays are little endian wherever WebAssembly runs, as the format is. */
export function readStored({ data, encoding }: Weights): Float32Array {
  const { buffer } = new Uint8Array(data);
  return encoding === "f32" ? new Float32Array(buffer) : Float32Array.from(new Uint16Array(buffer), halfToFloat);
}

/** How many numbers are stored; the others are 0. */
export function storedCount({ data, encoding }: Weights): number {
  return data.length / BYTES[encoding];
}

/** Fills `to` with the weights broadcast to this shape, aligned from the right. */
export function fillBroadcast(weights: Weights, shape: Shape, to: Float32Array): void {
  const values = readWeights(weights);
  const strides = broadcastStrides(weights.shape, shape);
  for (let i = 0; i < to.length; i++) {
    let [from, rest] = [0, i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    to[i] = values[from]!;
  }
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
