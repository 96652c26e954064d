/**
 * Single weights removed by the optimal brain surgeon, for all outputs in one pass over the inputs.
 *
 * Frantar and Alistarh 2023, SparseGPT: Massive Language Models Can Be Accurately Pruned in One-Shot, algorithm 1: the masks of a
 * block of inputs are chosen when the pass reaches it, from weights that make up for all that was removed before.
 */
import { cholesky, invert, solveWithRidge } from "../../linalg/decompose.js";
import { multiply, transpose } from "../../linalg/products.js";
import type { Layer } from "./eliminate.js";

/** Inputs whose masks are chosen together. */
const BLOCK = 128;
/** Layers of at most so many inputs have each output's kept weights refitted together: a solve takes the cube of their number. */
const REFIT_INPUTS = 1152;

/** Weights [outputs][inputs] of which so many are zero, the same share in each block of inputs; the others make up for them. */
export function sparsify(layer: Layer, zeros: number): Float64Array {
  const inputs = layer.weights.length / layer.outputs;
  const upper = upperOfInverse(layer.products, inputs);
  const weights = layer.weights.slice();
  for (let from = 0; from < inputs; from += BLOCK) {
    const to = Math.min(inputs, from + BLOCK);
    const count = Math.round((zeros * to) / inputs) - Math.round((zeros * from) / inputs);
    const going = chooseBlock(layer, weights, upper, inputs, [from, to], count);
    for (let i = from; i < to; i++) {
      for (let o = 0; o < layer.outputs; o++) {
        if (going.has(o * inputs + i)) removeWeight(weights, o * inputs, i, upper, inputs);
      }
    }
  }
  return inputs <= REFIT_INPUTS ? refitRows(layer, weights) : weights;
}

/** The upper triangle u with uT u = a^-1. Row i holds what the inputs behind i make up for when i goes. */
function upperOfInverse(a: Float64Array, n: number): Float64Array {
  return transpose(cholesky(invert(a, n), n), n);
}

/** Places of so many weights of a block as cost least. */
function chooseBlock(
  { outputs, scale }: Layer,
  weights: Float64Array,
  upper: Float64Array,
  inputs: number,
  [from, to]: readonly [number, number],
  count: number,
): Set<number> {
  const places: number[] = [];
  for (let o = 0; o < outputs; o++) for (let i = from; i < to; i++) places.push(o * inputs + i);
  const costs = new Map(
    places.map((at) => {
      const i = at % inputs;
      return [at, ((scale[Math.floor(at / inputs)]! * weights[at]!) / upper[i * (inputs + 1)]!) ** 2];
    }),
  );
  places.sort((a, b) => costs.get(a)! - costs.get(b)! || a - b);
  return new Set(places.slice(0, count));
}

/** Removes weight i of a row; those behind it make up for it. */
function removeWeight(weights: Float64Array, row: number, i: number, upper: Float64Array, inputs: number): void {
  const factor = weights[row + i]! / upper[i * (inputs + 1)]!;
  weights[row + i] = 0;
  for (let k = i + 1; k < inputs; k++) weights[row + k]! -= factor * upper[i * inputs + k]!;
}

/** Each output's kept weights, refitted by least squares on them alone. */
export function refitRows(layer: Layer, mask: Float64Array): Float64Array {
  const inputs = layer.weights.length / layer.outputs;
  const result = new Float64Array(mask.length);
  for (let o = 0; o < layer.outputs; o++) {
    const kept = [...Array(inputs).keys()].filter((i) => mask[o * inputs + i] !== 0);
    if (kept.length === 0) continue;
    const products = new Float64Array(kept.length ** 2);
    const wanted = new Float64Array(kept.length);
    kept.forEach((a, i) => {
      kept.forEach((b, j) => (products[i * kept.length + j] = layer.products[a * inputs + b]!));
      for (let k = 0; k < inputs; k++) wanted[i]! += layer.weights[o * inputs + k]! * layer.products[k * inputs + a]!;
    });
    const fitted = solveWithRidge(wanted, products, kept.length, 1e-9);
    kept.forEach((a, i) => (result[o * inputs + a] = fitted[i]!));
  }
  return result;
}

/** The weights of the inputs that stay, the same for all outputs, refitted by least squares. */
export function refitTogether(layer: Layer, stays: Uint8Array): Float64Array {
  const { outputs, weights, products } = layer;
  const inputs = stays.length;
  const kept = [...stays.keys()].filter((i) => stays[i]);
  const columns = new Float64Array(inputs * kept.length);
  for (let i = 0; i < inputs; i++) kept.forEach((b, j) => (columns[i * kept.length + j] = products[i * inputs + b]!));
  const square = Float64Array.from({ length: kept.length ** 2 }, (_, at) => {
    const [i, j] = [Math.floor(at / kept.length), at % kept.length];
    return products[kept[i]! * inputs + kept[j]!]!;
  });
  const fitted = solveWithRidge(multiply(weights, columns, outputs), square, kept.length, 1e-9);
  const result = new Float64Array(weights.length);
  for (let o = 0; o < outputs; o++) {
    kept.forEach((input, j) => (result[o * inputs + input] = fitted[o * kept.length + j]!));
  }
  return result;
}
