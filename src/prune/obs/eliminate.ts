/**
 * Backward elimination of inputs of a linear layer by the optimal brain surgeon: what is removed is what costs least when all
 * other weights are refitted, and they are refitted at once.
 *
 * Hassibi and Stork 1993, Second Order Derivatives for Network Pruning: Optimal Brain Surgeon; exact here, because a layer's
 * mean square error is quadratic. Blocks of inputs by the Schur complement.
 */
import { cholesky, invert, solveFromRightTransposed } from "../../linalg/decompose.js";

/** A linear layer in the metric of its inputs. */
export interface Layer {
  /** Rows of `weights`. */
  readonly outputs: number;
  /** [outputs][inputs]: the weights that fit best while nothing is removed. */
  readonly weights: Float64Array;
  /** [inputs][inputs]: mean products of the inputs' deviations, positive definite. */
  readonly products: Float64Array;
  /** How much each output's deviation counts. */
  readonly scale: Float64Array;
}

/** A layer from which inputs are taken. */
export class Surgeon {
  readonly inputs: number;
  /** [outputs][inputs], of inputs that are gone 0: the best weights for those that are left. */
  readonly weights: Float64Array;
  /** Of the inverse of the products of the inputs that are left the lower triangle; elsewhere not meant to be read. */
  readonly #inverse: Float64Array;
  readonly #squares: Float64Array;
  readonly #outputs: number;
  #left: Int32Array;

  constructor({ outputs, weights, products, scale }: Layer) {
    this.#outputs = outputs;
    this.inputs = weights.length / outputs;
    this.weights = weights.slice();
    this.#inverse = invert(products, this.inputs);
    this.#squares = scale.map((s) => s * s);
    this.#left = Int32Array.from({ length: this.inputs }, (_, i) => i);
  }

  /** Inputs that are left, increasing. */
  get left(): Int32Array {
    return this.#left;
  }

  /** The mean square, each output times its scale, that is missed in addition when this input goes. */
  costOf(input: number): number {
    return this.#energy(input) / this.#inverse[input * (this.inputs + 1)]!;
  }

  /** The same for several inputs that go together: tr(w (H^-1)_block^-1 wT). */
  costOfBlock(block: readonly number[]): number {
    const n = block.length;
    const l = cholesky(this.#block(block), n);
    const rows = new Float64Array(this.#outputs * n);
    for (let o = 0; o < this.#outputs; o++) {
      const root = Math.sqrt(this.#squares[o]!);
      block.forEach((input, i) => (rows[o * n + i] = root * this.weights[o * this.inputs + input]!));
    }
    return solveFromRightTransposed(rows, l, n).reduce((sum, v) => sum + v * v, 0);
  }

  /** Takes an input away and refits the others. */
  remove(input: number): void {
    const { inputs, weights } = this;
    const inverse = this.#inverse;
    const left = (this.#left = this.#left.filter((other) => other !== input));
    const row = Float64Array.from(left, (other) => this.#at(input, other));
    const pivot = 1 / this.#at(input, input);
    for (let o = 0; o < this.#outputs; o++) {
      const factor = weights[o * inputs + input]! * pivot;
      for (let k = 0; k < left.length; k++) weights[o * inputs + left[k]!]! -= factor * row[k]!;
      weights[o * inputs + input] = 0;
    }
    for (let i = 0; i < left.length; i++) {
      const factor = row[i]! * pivot;
      const at = left[i]! * inputs;
      for (let k = 0; k <= i; k++) inverse[at + left[k]!]! -= factor * row[k]!;
    }
  }

  #at(a: number, b: number): number {
    return this.#inverse[a < b ? b * this.inputs + a : a * this.inputs + b]!;
  }

  #energy(input: number): number {
    let sum = 0;
    for (let o = 0; o < this.#outputs; o++) sum += this.#squares[o]! * this.weights[o * this.inputs + input]! ** 2;
    return sum;
  }

  #block(block: readonly number[]): Float64Array {
    const n = block.length;
    const result = new Float64Array(n * n);
    block.forEach((a, i) => block.forEach((b, j) => (result[i * n + j] = this.#at(a, b))));
    return result;
  }
}

export interface Elimination {
  /** Inputs in the order in which they go. */
  readonly order: readonly number[];
  /** By number of inputs that are gone, from 0: the mean square that is missed. */
  readonly missing: Float64Array;
  /** Weights when the last of `order` is gone. */
  readonly weights: Float64Array;
}

/** Takes the cheapest input away, again and again, until `keep` are left. */
export function eliminate(layer: Layer, keep: number): Elimination {
  const surgeon = new Surgeon(layer);
  const missing = new Float64Array(surgeon.inputs - keep + 1);
  const order: number[] = [];
  while (surgeon.left.length > keep) {
    let [cheapest, least] = [surgeon.left[0]!, Infinity];
    for (const input of surgeon.left) {
      const cost = surgeon.costOf(input);
      if (cost < least) [cheapest, least] = [input, cost];
    }
    surgeon.remove(cheapest);
    missing[order.length + 1] = missing[order.length]! + least;
    order.push(cheapest);
  }
  return { order, missing, weights: surgeon.weights };
}
