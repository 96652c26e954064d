/**
 * Factors refitted by least squares, so that the chain's outputs are as near to the target as they can be: the last one in closed
 * form, the first of a separable pair by conjugate gradients, in turns (alternating least squares).
 */
import { conjugateGradients } from "../../linalg/conjugate-gradients.js";
import { invert, solveWithRidge, withRidge } from "../../linalg/decompose.js";
import { multiply, multiplyTransposed, transpose } from "../../linalg/products.js";
import { columnProducts } from "./spatial.js";
import { composePair, lastInputs, type Stage } from "./stage.js";
import { scaled, type Target, weigh } from "./target.js";

/** Added to the diagonal of what the last factor reads, relative to its mean: features may depend on one another. */
const RIDGE = 1e-8;
const STEPS = 12;

/** The chain with the last filter that misses least. */
export function refitLast(target: Target, stages: readonly Stage[]): Stage[] {
  const reading = lastInputs(stages);
  const last = stages.at(-1)!;
  const features = last.filter.length / last.shape[0];
  const read = weigh(reading, target);
  const products = multiplyTransposed(read, reading, features);
  const wanted = multiplyTransposed(target.weights, read, target.shape[0]);
  return [...stages.slice(0, -1), { ...last, filter: solveWithRidge(wanted, products, features, RIDGE) }];
}

/** A separable pair after some rounds in which each factor is refitted for the other. */
export function alternate(target: Target, pair: readonly Stage[], rounds: number): Stage[] {
  let stages = refitLast(target, pair);
  for (let round = 0; round < rounds; round++) {
    stages = refitLast(target, [refitFirst(target, stages[0]!, stages[1]!), stages[1]!]);
  }
  return stages;
}

/** The first of a pair of factors, kh x 1, refitted for the second, 1 x kw. */
function refitFirst(target: Target, first: Stage, second: Stage): Stage {
  const squares = target.scale.map((s) => s * s);
  /** The gradient's weighted part, for a deviation [oc][ic kh kw] of the filter. */
  const pull = (filter: Float64Array) => pullFirst(scaled(weigh(filter, target), squares), first, second);
  const composed = (filter: Float64Array) => composePair({ ...first, filter }, second).filter;
  const gap = composed(first.filter).map((v, i) => target.weights[i]! - v);
  const step = conjugateGradients((v) => pull(composed(v)), pull(gap), preconditioner(target, first, second), STEPS);
  return { ...first, filter: first.filter.map((v, i) => v + step[i]!) };
}

/** What a change of each weight of `first` adds to <filter, composed filter>: the adjoint of `composePair` in its first part. */
function pullFirst(filter: Float64Array, first: Stage, second: Stage): Float64Array {
  const [rank, ic, kh] = first.shape;
  const [oc, , , kw] = second.shape;
  const result = new Float64Array(first.filter.length);
  for (let j = 0; j < kw; j++) {
    const column = everyNth(filter, kw, j);
    const part = multiply(transpose(everyNth(second.filter, kw, j), oc), column, rank);
    for (let i = 0; i < rank * ic * kh; i++) result[i]! += part[i]!;
  }
  return result;
}

function everyNth(numbers: Float64Array, n: number, first: number): Float64Array {
  return Float64Array.from({ length: numbers.length / n }, (_, i) => numbers[i * n + first]!);
}

/** The inverse of an operator that is near to `refitFirst`'s: as if columns of the patch had nothing to do with one another. */
function preconditioner(target: Target, first: Stage, second: Stage): (v: Float64Array) => Float64Array {
  const [rank, ic, kh] = first.shape;
  const [oc, , , kw] = second.shape;
  const mixing = scaled(second.filter, target.scale);
  const gram = new Float64Array(rank * rank);
  for (let j = 0; j < kw; j++) {
    const column = everyNth(mixing, kw, j);
    multiply(transpose(column, oc), column, rank).forEach((v, i) => (gram[i]! += v));
  }
  const left = invert(withRidge(gram, rank, RIDGE), rank);
  const right = target.products && invert(columnProducts(target.products, target.shape), ic * kh);
  return (v) => {
    const mixed = multiply(left, v, rank);
    return right ? multiply(mixed, right, rank) : mixed;
  };
}
