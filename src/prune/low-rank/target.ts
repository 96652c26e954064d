/** What an approximation of a layer is held against, and what it misses. */
import { eigen } from "../../linalg/decompose.js";
import { dot, multiply, multiplyTransposed } from "../../linalg/products.js";
import { type FilterShape, patchSize } from "./stage.js";

/** The filter that a layer should have, and the metric in which another one is compared with it. */
export interface Target {
  readonly shape: FilterShape;
  /** [oc][ic kh kw]. Where inputs were seen: the filter that fits the wanted outputs best, which need not be the layer's own. */
  readonly weights: Float64Array;
  /**
   * [ic kh kw][ic kh kw]: mean products of the inputs' deviations, positive definite (with the ridge that takes). Undefined
   * where no inputs were seen: every weight counts the same.
   */
  readonly products: Float64Array | undefined;
  /** How much each output's deviation counts: what the next layer (a batch norm) multiplies it by. */
  readonly scale: Float64Array;
}

/** a C, where C are the inputs' mean products. */
export function weigh(a: Float64Array, { products, shape }: Target): Float64Array {
  return products ? multiply(a, products, a.length / patchSize(shape)) : a;
}

/** The mean square that the outputs miss, each times its scale, with another filter [oc][ic kh kw]. */
export function missing(target: Target, filter: Float64Array): number {
  const difference = scaled(
    filter.map((v, i) => v - target.weights[i]!),
    target.scale,
  );
  return Math.max(0, dot(difference, weigh(difference, target)));
}

/** The mean square of all outputs' deviations, each times its scale. */
export function energyOf(target: Target): number {
  return missing(target, new Float64Array(target.weights.length));
}

/** Rows times factors. */
export function scaled(a: Float64Array, factors: ArrayLike<number>): Float64Array {
  const columns = a.length / factors.length;
  return a.map((v, i) => v * factors[Math.floor(i / columns)]!);
}

/** The directions of the outputs, each times its scale, and how much energy each has. */
export function outputDirections(target: Target) {
  const weights = scaled(target.weights, target.scale);
  const [oc] = target.shape;
  return eigen(multiplyTransposed(weigh(weights, target), weights, oc), oc);
}
