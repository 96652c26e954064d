/** Ridge regression from second moments, with the weights of before as what it leans on. */
import { block, multiply } from "./products.js";
import type { Centred } from "./second-moments.js";
import { solvePositive, submatrix } from "./solve.js";

export interface RidgeFit {
  /** [outputs][inputs]. */
  readonly filter: Float64Array;
  readonly bias: Float64Array;
  /** What was added to the diagonal, as a share of its mean: what was asked for, or more where that was not enough. */
  readonly ridge: number;
}

/** With as much of the mean of the diagonal added to it, a matrix is no longer what was measured. */
const MOST_RIDGE = 1;

/** Rows for each unknown below which the ridge grows tenfold, once for each. */
const SCARCE = [2, 1];

/**
 * The filter and bias that minimise sum of |y - filter x - bias|^2 + m |filter - start|^2, where m is `ridge` times the mean of
 * the diagonal of the inputs' products. `moments` are those of rows [x, y]. A weight that is 0 at the start stays 0.
 */
export function fitRidge(moments: Centred, inputs: number, start: ArrayLike<number>, ridge: number): RidgeFit {
  const outputs = moments.width - inputs;
  const scarce = SCARCE.filter((rows) => moments.count < rows * inputs).length;
  const filter = Float64Array.from(start);
  let used = ridge * 10 ** scarce;
  for (const { support, members } of sharedSupports(start, inputs, outputs)) {
    const fitted = fitSupport(moments, inputs, start, support, members, ridge * 10 ** scarce);
    used = Math.max(used, fitted.ridge);
    members.forEach((o, m) =>
      support.forEach((f, i) => (filter[o * inputs + f] = fitted.weights[i * members.length + m]!)),
    );
  }
  const bias = Float64Array.from({ length: outputs }, (_, o) => {
    let sum = moments.mean[inputs + o]!;
    for (let i = 0; i < inputs; i++) sum -= filter[o * inputs + i]! * moments.mean[i]!;
    return sum;
  });
  return { filter, bias, ridge: used };
}

interface Shared {
  /** Inputs whose weights are not 0. */
  readonly support: Int32Array;
  readonly members: readonly number[];
}

/** Outputs that are computed from the same inputs, together. */
function sharedSupports(start: ArrayLike<number>, inputs: number, outputs: number): Shared[] {
  const found = new Map<string, { support: Int32Array; members: number[] }>();
  for (let o = 0; o < outputs; o++) {
    const support: number[] = [];
    for (let i = 0; i < inputs; i++) if (start[o * inputs + i] !== 0) support.push(i);
    const key = support.length === inputs ? "all" : support.join();
    const same = found.get(key);
    if (same) same.members.push(o);
    else found.set(key, { support: Int32Array.from(support), members: [o] });
  }
  return [...found.values()];
}

/** Weights [support][members]; those of the start where nothing can be said. */
function fitSupport(
  { products, width }: Centred,
  inputs: number,
  start: ArrayLike<number>,
  support: Int32Array,
  members: readonly number[],
  ridge: number,
): { weights: Float64Array; ridge: number } {
  const n = support.length;
  const matrix = submatrix(products, width, support);
  const mean = support.reduce((sum, _, i) => sum + matrix[i * (n + 1)]!, 0) / (n || 1);
  const startAt = (i: number, m: number) => start[members[m]! * inputs + support[i]!]!;
  const columns = members.length;
  const each = (value: (i: number, m: number) => number) =>
    Float64Array.from({ length: n * columns }, (_, at) => value(Math.floor(at / columns), at % columns));
  for (let share = ridge; mean > 0 && share <= Math.max(ridge, MOST_RIDGE); share *= 10) {
    const m = share * mean;
    const ridged = matrix.slice();
    for (let i = 0; i < n; i++) ridged[i * (n + 1)]! += m;
    const right = each((i, o) => products[support[i]! * width + inputs + members[o]!]! + m * startAt(i, o));
    const weights = solvePositive(ridged, n, right);
    if (weights) return { weights, ridge: share };
  }
  return { weights: each(startAt), ridge };
}

/** Sum of squares of what a filter [outputs][inputs] with the best bias leaves of the outputs; `moments` as of `fitRidge`. */
export function residualOf({ products, width }: Centred, inputs: number, filter: ArrayLike<number>): number {
  const outputs = width - inputs;
  const seen = multiply(Float64Array.from(filter), block(products, width, [0, inputs], [0, inputs]), outputs);
  let residual = 0;
  for (let o = 0; o < outputs; o++) {
    residual += products[(inputs + o) * (width + 1)]!;
    for (let i = 0; i < inputs; i++) {
      const at = o * inputs + i;
      residual += filter[at]! * (seen[at]! - 2 * products[i * width + inputs + o]!);
    }
  }
  return Math.max(0, residual);
}
