/** Layers with seeded numbers, and inputs of which neighbours resemble one another. */
import { multiply, transpose } from "../../../src/linalg/products.js";
import { type FilterShape, patchSize, sizeOfFilter } from "../../../src/prune/low-rank/stage.js";
import type { Target } from "../../../src/prune/low-rank/target.js";
import { normal } from "../../../src/random.js";

export const SHAPES: readonly FilterShape[] = [
  [4, 3, 3, 3],
  [3, 5, 3, 3],
  [6, 2, 5, 3],
  [5, 4, 1, 1],
  [2, 6, 1, 3],
  [1, 1, 3, 3],
];

export function noise(length: number, seed: number): Float64Array {
  const next = normal(seed);
  return Float64Array.from({ length }, () => next());
}

/** A filter to be reproduced where all inputs count the same. */
export function weightsOnly(shape: FilterShape, seed = 1): Target {
  const scale = Float64Array.from({ length: shape[0] }, (_, o) => 1 + (o % 3));
  return { shape, weights: noise(sizeOfFilter(shape), seed), products: undefined, scale };
}

/** The same with inputs that depend on one another. */
export function whitened(shape: FilterShape, seed = 1): Target {
  const size = patchSize(shape);
  const mixing = noise(size * 2 * size, seed + 1);
  const products = multiply(mixing, transpose(mixing, size), size);
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) products[i * size + j]! += 5;
  return { ...weightsOnly(shape, seed), products };
}

/** The mean square that is missing, by plain sums. */
export function missingByHand({ shape, weights, products, scale }: Target, filter: Float64Array): number {
  const size = patchSize(shape);
  let sum = 0;
  for (let o = 0; o < shape[0]; o++) {
    const off = (i: number) => scale[o]! * (filter[o * size + i]! - weights[o * size + i]!);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) sum += off(i) * off(j) * (products ? products[i * size + j]! : i === j ? 1 : 0);
    }
  }
  return sum;
}
