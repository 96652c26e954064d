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
      const cost = costOf(states, i);
      if (best < 0 || cost < least) [best, least] = [i, cost];
    }
    states.forEach((state) => state.remove(best));
    left.delete(best);
    order.push(best);
    errors.push((error += Math.max(0, least)));
  }
  return { order, errors: Float64Array.from(errors) };
}

/** How much the sum of squares has grown when so many and one have gone, in the order given. */
export function errorsInOrder(problems: readonly Problem[], order: readonly number[]): Float64Array {
  const states = problems.map(open);
  let error = 0;
  return Float64Array.from(order, (block) => {
    error += Math.max(0, costOf(states, block));
    states.forEach((state) => state.remove(block));
    return error;
  });
}

const costOf = (states: readonly State[], block: number) => states.reduce((sum, state) => sum + state.cost(block), 0);

interface State {
  /** By how much the weighted residual grows without this block. */
  cost(block: number): number;
  remove(block: number): void;
}

const UNSOLVABLE: State = { cost: () => 0, remove: () => {} };

function open({ inputs, outputs, products, targets, weight, blocks }: Problem): State {
  const factored = factorPositive(products, inputs);
  if (!factored) return UNSOLVABLE;
  const all = Int32Array.from({ length: inputs }, (_, r) => r);
  /** The inverse is symmetric: only its lower half is kept up to date. */
  const [inverse, fitted] = [factored.inverse(), factored.solve(targets)];
  const own = (block: Int32Array) => gatherSymmetric(inverse, inputs, block, block);
  return {
    cost(i) {
      const block = blocks[i]!;
      if (block.length === 0) return 0;
      const multipliers = solvePositive(own(block), block.length, gatherRows(fitted, outputs, block));
      if (!multipliers) return 0;
      let sum = 0;
      block.forEach((row, r) => {
        for (let o = 0; o < outputs; o++) sum += fitted[row * outputs + o]! * multipliers[r * outputs + o]!;
      });
      return weight * sum;
    },
    remove(i) {
      const block = blocks[i]!;
      if (block.length === 0) return;
      const rows = gatherSymmetric(inverse, inputs, block, all);
      const right = joinRows(rows, inputs, gatherRows(fitted, outputs, block), outputs);
      const solved = solvePositive(own(block), block.length, right);
      if (!solved) return;
      for (let r = 0; r < inputs; r++) {
        for (let k = 0; k < block.length; k++) {
          const factor = rows[k * inputs + r]!;
          if (factor === 0) continue;
          const from = k * (inputs + outputs);
          subtractRow(inverse, r * inputs, factor, solved, from, r + 1);
          subtractRow(fitted, r * outputs, factor, solved, from + inputs, outputs);
        }
      }
      for (const row of block) {
        fitted.fill(0, row * outputs, (row + 1) * outputs);
        inverse.fill(0, row * inputs, (row + 1) * inputs);
        for (let r = row; r < inputs; r++) inverse[r * inputs + row] = 0;
      }
    },
  };
}

/** from[rows][columns] of a symmetric matrix [n][n] of which the lower half is there. */
function gatherSymmetric(from: Float64Array, n: number, rows: Int32Array, columns: Int32Array): Float64Array {
  const result = new Float64Array(rows.length * columns.length);
  rows.forEach((row, r) =>
    columns.forEach((c, k) => (result[r * columns.length + k] = from[row < c ? c * n + row : row * n + c]!)),
  );
  return result;
}

function gatherRows(from: Float64Array, width: number, rows: Int32Array): Float64Array {
  const result = new Float64Array(rows.length * width);
  rows.forEach((row, r) => result.set(from.subarray(row * width, (row + 1) * width), r * width));
  return result;
}

/** Rows of a, each with that of b behind it. */
function joinRows(a: Float64Array, aWidth: number, b: Float64Array, bWidth: number): Float64Array {
  const result = new Float64Array(a.length + b.length);
  for (let r = 0; r * aWidth < a.length; r++) {
    result.set(a.subarray(r * aWidth, (r + 1) * aWidth), r * (aWidth + bWidth));
    result.set(b.subarray(r * bWidth, (r + 1) * bWidth), r * (aWidth + bWidth) + aWidth);
  }
  return result;
}

function subtractRow(a: Float64Array, to: number, factor: number, b: Float64Array, from: number, count: number): void {
  for (let c = 0; c < count; c++) a[to + c]! -= factor * b[from + c]!;
}
