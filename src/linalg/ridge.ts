/** Ridge regression from second moments, with the weights of before as what it leans on. */
import { conjugateGradients } from "./conjugate-gradients.js";
import { block, multiply } from "./products.js";
import type { Centred } from "./second-moments.js";
import { solvePositive, submatrix } from "./solve.js";
import { largestSupport, sharedSupports, type Supported } from "./supports.js";

export interface RidgeFit {
  /** [outputs][inputs]. */
  readonly filter: Float64Array;
  readonly bias: Float64Array;
  /** What was added to the diagonal, as a share of its mean: what was asked for, or more where that was not enough. */
  readonly ridge: number;
  /** The most weights that an output has. */
  readonly unknowns: number;
  /** False where equations were too many to be solved: then it is as near as some steps of descent come. */
  readonly isExact: boolean;
}

/** With as much of the mean of the diagonal added to it, a matrix is no longer what was measured. */
const MOST_RIDGE = 1;

/** Rows for each unknown below which the ridge grows tenfold, once for each. */
const SCARCE = [2, 1];

/** What a ridge becomes where rows are few for the unknowns: weights lean more on those of before. */
export const scarceRidge = (ridge: number, rows: number, unknowns: number): number =>
  ridge * 10 ** SCARCE.filter((few) => rows < few * unknowns).length;

/** Multiply-adds of factors of several matrices, beyond which outputs descend together: some 10 s. One matrix is always solved. */
const MOST_WORK = 2e10;
/** Steps of that; ten come within a hundredth of what can be gained on the layers of a ResNet, twenty within a thousandth. */
const STEPS = 24;

/**
 * The filter and bias that minimise sum of |y - filter x - bias|^2 + m |filter - start|^2, where m is `ridge` times the mean of
 * the diagonal of the inputs' products. `moments` are those of rows [x, y]. A weight that is 0 at the start stays 0: each output
 * has equations of its own then, one set for all that are computed from the same inputs.
 */
export function fitRidge(
  moments: Centred,
  inputs: number,
  start: ArrayLike<number>,
  ridge: number,
  mostWork = MOST_WORK,
): RidgeFit {
  const supports = sharedSupports(start, inputs, moments.width - inputs);
  const unknowns = largestSupport(supports);
  const share = scarceRidge(ridge, moments.count, unknowns);
  const isExact = supports.length === 1 || workOf(supports) <= mostWork;
  const fitted = isExact
    ? solveEach(moments, inputs, start, supports, share)
    : { filter: descend(moments, inputs, start, supports, share), ridge: share };
  return { ...fitted, bias: biasOf(moments, inputs, fitted.filter), unknowns, isExact };
}

/** The bias that goes with a filter: what it gives is right on average. */
function biasOf({ mean, width }: Centred, inputs: number, filter: Float64Array): Float64Array {
  return Float64Array.from({ length: width - inputs }, (_, o) => {
    let sum = mean[inputs + o]!;
    for (let i = 0; i < inputs; i++) sum -= filter[o * inputs + i]! * mean[i]!;
    return sum;
  });
}

const workOf = (supports: readonly Supported[]) =>
  supports.reduce((sum, { support }) => sum + support.length ** 3 / 3, 0);

function solveEach(
  moments: Centred,
  inputs: number,
  start: ArrayLike<number>,
  supports: readonly Supported[],
  ridge: number,
): Pick<RidgeFit, "filter" | "ridge"> {
  const filter = Float64Array.from(start);
  let used = ridge;
  for (const { support, members } of supports) {
    const fitted = fitSupport(moments, inputs, start, { support, members }, ridge);
    used = Math.max(used, fitted.ridge);
    members.forEach((o, m) =>
      support.forEach((f, i) => (filter[o * inputs + f] = fitted.weights[i * members.length + m]!)),
    );
  }
  return { filter, ridge: used };
}

/** Weights [support][members]; those of the start where nothing can be said. */
function fitSupport(
  { products, width }: Centred,
  inputs: number,
  start: ArrayLike<number>,
  { support, members }: Supported,
  ridge: number,
): { weights: Float64Array; ridge: number } {
  const n = support.length;
  const matrix = submatrix(products, width, support);
  const mean = meanDiagonal(products, width, support);
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

const meanDiagonal = (products: Float64Array, width: number, support: Int32Array) =>
  support.reduce((sum, i) => sum + products[i * (width + 1)]!, 0) / (support.length || 1);

/** All outputs at once, each on its own support, by conjugate gradients from the start. */
function descend(
  { products, width }: Centred,
  inputs: number,
  start: ArrayLike<number>,
  supports: readonly Supported[],
  ridge: number,
): Float64Array {
  const outputs = width - inputs;
  const seen = block(products, width, [0, inputs], [0, inputs]);
  const added = new Float64Array(outputs);
  for (const { support, members } of supports) {
    members.forEach((o) => (added[o] = ridge * meanDiagonal(products, width, support)));
  }
  const where = (value: (o: number, i: number, at: number) => number) =>
    Float64Array.from({ length: outputs * inputs }, (_, at) =>
      start[at] === 0 ? 0 : value(Math.floor(at / inputs), at % inputs, at),
    );
  const given = multiply(Float64Array.from(start), seen, outputs);
  const step = conjugateGradients(
    (v) => {
      const pulled = multiply(v, seen, outputs);
      return where((o, _i, at) => pulled[at]! + added[o]! * v[at]!);
    },
    where((o, i, at) => products[i * width + inputs + o]! - given[at]!),
    (v) => where((o, i, at) => v[at]! / (seen[i * (inputs + 1)]! + added[o]! || 1)),
    STEPS,
  );
  return Float64Array.from(start, (value, at) => value + step[at]!);
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
