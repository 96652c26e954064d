/**
 * Backward elimination of blocks of inputs, exact in every step: the block goes whose loss raises the least-squares residual
 * least when everything else is fitted again.
 *
 * With H the inverse of the inputs' products C and M = H B the fitted weights (B the products of inputs and outputs), removing
 * block i costs tr(M_iT H_ii^-1 M_i), and the Schur complement gives H and M without it: the block form of Hassibi and Stork
 * 1993, Optimal Brain Surgeon, section 3, on a layer's own least-squares problem.
 */
import { factorPositive, solvePositive } from "./solve.js";

/** A least-squares problem: [inputs][inputs] and [inputs][outputs] products about the means, a ridge included. */
export interface Problem {
  readonly inputs: number;
  readonly outputs: number;
  readonly products: Float64Array;
  readonly targets: Float64Array;
  /** What an error of this problem counts beside those of others. */
  readonly weight: number;
  /** The inputs of each block; no input is in two. */
  readonly blocks: readonly Int32Array[];
}

export interface Elimination {
  /** Blocks in the order in which they go; one always stays. */
  readonly order: readonly number[];
  /** How much the sum of squares has grown, by weight and over all problems, when so many and one have gone. */
  readonly errors: Float64Array;
}

/** Stops after `steps` removals. Problems that cannot be solved count as if removals cost nothing: they have no variation. */
export function eliminate(problems: readonly Problem[], steps = Infinity): Elimination {
  const count = problems[0]?.blocks.length ?? 0;
  const states = problems.map(open);
  const left = new Set(Array.from({ length: count }, (_, i) => i));
  const order: number[] = [];
  const errors: number[] = [];
  let error = 0;
  while (left.size > 1 && order.length < steps) {
    let [best, least] = [-1, Infinity];
    for (const i of left) {
      const cost = states.reduce((sum, state) => sum + state.cost(i), 0);
      if (best < 0 || cost < least) [best, least] = [i, cost];
    }
    states.forEach((state) => state.remove(best));
    left.delete(best);
    order.push(best);
    errors.push((error += Math.max(0, least)));
  }
  return { order, errors: Float64Array.from(errors) };
}

interface State {
  /** By how much the weighted residual grows without this block. */
  cost(block: number): number;
  remove(block: number): void;
}

const UNSOLVABLE: State = { cost: () => 0, remove: () => {} };

function open({ inputs, outputs, products, targets, weight, blocks }: Problem): State {
  const factored = factorPositive(products, inputs);
  if (!factored) return UNSOLVABLE;
  const [inverse, fitted] = [factored.inverse(), factored.solve(targets)];
  /** H_ii^-1 M_i of a block; undefined where the block is no part of the problem. */
  const multipliers = (block: Int32Array): Float64Array | undefined => {
    if (block.length === 0) return undefined;
    const own = gather(inverse, inputs, block, block);
    return solvePositive(own, block.length, gatherRows(fitted, outputs, block));
  };
  return {
    cost(i) {
      const block = blocks[i]!;
      const solved = multipliers(block);
      if (!solved) return 0;
      let sum = 0;
      block.forEach((row, r) => {
        for (let o = 0; o < outputs; o++) sum += fitted[row * outputs + o]! * solved[r * outputs + o]!;
      });
      return weight * sum;
    },
    remove(i) {
      const block = blocks[i]!;
      const solved = multipliers(block);
      if (!solved) return;
      const columns = gather(
        inverse,
        inputs,
        Int32Array.from({ length: inputs }, (_, r) => r),
        block,
      );
      const own = gather(inverse, inputs, block, block);
      const rows = solvePositive(own, block.length, gatherRows(inverse, inputs, block))!;
      subtractProduct(fitted, columns, solved, block.length, outputs);
      subtractProduct(inverse, columns, rows, block.length, inputs);
      for (const row of block) {
        fitted.fill(0, row * outputs, (row + 1) * outputs);
        inverse.fill(0, row * inputs, (row + 1) * inputs);
      }
    },
  };
}

/** from[rows][columns] of a matrix with `width` columns. */
function gather(from: Float64Array, width: number, rows: Int32Array, columns: Int32Array): Float64Array {
  const result = new Float64Array(rows.length * columns.length);
  rows.forEach((row, r) => columns.forEach((c, k) => (result[r * columns.length + k] = from[row * width + c]!)));
  return result;
}

function gatherRows(from: Float64Array, width: number, rows: Int32Array): Float64Array {
  const result = new Float64Array(rows.length * width);
  rows.forEach((row, r) => result.set(from.subarray(row * width, (row + 1) * width), r * width));
  return result;
}

/** a [n][width] -= left [n][inner] x right [inner][width]. */
function subtractProduct(a: Float64Array, left: Float64Array, right: Float64Array, inner: number, width: number): void {
  const n = left.length / inner;
  for (let i = 0; i < n; i++) {
    const row = i * width;
    for (let k = 0; k < inner; k++) {
      const factor = left[i * inner + k]!;
      if (factor === 0) continue;
      const from = k * width;
      for (let j = 0; j < width; j++) a[row + j]! -= factor * right[from + j]!;
    }
  }
}
