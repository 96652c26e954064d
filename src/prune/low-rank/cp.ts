/**
 * 1 x 1 to `rank` channels, kh x 1 and 1 x kw on each of them alone, 1 x 1 to all outputs: a canonical polyadic decomposition by
 * alternating least squares. It looks at the weights only, and what it finds depends on where it starts; expect to fine-tune.
 *
 * Lebedev et al. 2015, Speeding-up Convolutional Neural Networks Using Fine-tuned CP-Decomposition, section 3.
 */
import { solveWithRidge } from "../../linalg/decompose.js";
import { multiply, transpose } from "../../linalg/products.js";
import { normal } from "../../random.js";
import { type Form, withFilter } from "./form.js";
import { compose, type FilterShape, sizeOfFilter, type Stage, type StageShape } from "./stage.js";
import { missing, scaled, type Target } from "./target.js";

const SWEEPS = 60;
/** A sweep that mends less than this share of what is missing is the last. */
const SETTLED = 1e-4;
/** Ranks that are tried. */
const OPTIONS = 8;
/** Added to the diagonal of each solve, relative to its mean: factors that cancel each other stay small. */
const RIDGE = 1e-6;

export const cp: Form = {
  name: "cp",
  summary: "1 x 1, kh x 1 and 1 x kw channel by channel, 1 x 1 (CP)",
  paper: "Lebedev et al. 2015, Speeding-up Convolutional Neural Networks Using Fine-tuned CP-Decomposition",

  /** No more than make the chain as large as the layer: nobody knows the rank with which a filter is reproduced. */
  fullRanks: (shape) => {
    const [oc, ic, kh, kw] = shape;
    return kh > 1 && kw > 1 ? [Math.max(1, Math.floor(sizeOfFilter(shape) / (oc + ic + kh + kw)))] : undefined;
  },

  stages([oc, ic, kh, kw]: FilterShape, [rank]): readonly StageShape[] {
    return [
      { shape: [rank!, ic, 1, 1], groups: 1, slides: [false, false] },
      { shape: [rank!, 1, kh, 1], groups: rank!, slides: [true, false] },
      { shape: [rank!, 1, 1, kw], groups: rank!, slides: [false, true] },
      { shape: [oc, rank!, 1, 1], groups: 1, slides: [false, false] },
    ];
  },

  options(target) {
    const full = this.fullRanks(target.shape)![0]!;
    const ranks = Array.from({ length: OPTIONS }, (_, i) => Math.max(1, Math.round((full * (i + 1)) / OPTIONS)));
    return [...new Set(ranks)].map((rank) => ({
      ranks: [rank],
      missing: missing(target, compose(this.factorise(target, [rank])).filter),
    }));
  },

  factorise(target, ranks) {
    const factors = alternate(target, ranks[0]!);
    const [outputs, inputs, rows, columns] = factors as [Float64Array, Float64Array, Float64Array, Float64Array];
    const back = scaled(
      outputs,
      target.scale.map((s) => 1 / s),
    );
    const byChannel = [inputs, rows, columns].map((factor) => transpose(factor, factor.length / ranks[0]!));
    const filters = [...byChannel, back];
    return this.stages(target.shape, ranks).map((stage, i): Stage => withFilter(stage, filters[i]!));
  },
};

/** Factors [size][rank] of each axis of the scaled filter. */
function alternate(target: Target, rank: number): Float64Array[] {
  const tensor = scaled(target.weights, target.scale);
  const { shape } = target;
  const next = normal(rank);
  const factors: Float64Array[] = shape.map((size) => Float64Array.from({ length: size * rank }, () => next()));
  const energy = tensor.reduce((sum, v) => sum + v * v, 0);
  let before = Infinity;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let left = energy;
    shape.forEach((size, axis) => {
      const right = contract(tensor, shape, factors, axis, rank);
      const gram = others(factors, axis, rank);
      factors[axis] = solveWithRidge(right, gram, rank, RIDGE);
      if (axis === shape.length - 1) left = remaining(energy, factors[axis]!, right, gram, size);
    });
    if (before - left <= SETTLED * left) break;
    before = left;
  }
  return factors;
}

/** ||T - model||^2, from the last axis' equations: ||T||^2 - 2 <factor, right> + <factor, factor gram>. */
function remaining(
  energy: number,
  factor: Float64Array,
  right: Float64Array,
  gram: Float64Array,
  size: number,
): number {
  const model = multiply(factor, gram, size);
  return factor.reduce((sum, v, i) => sum + v * (model[i]! - 2 * right[i]!), energy);
}

/** The element-wise product of the Gram matrices of all factors but one: [rank][rank]. */
function others(factors: readonly Float64Array[], axis: number, rank: number): Float64Array {
  const product = new Float64Array(rank * rank).fill(1);
  factors.forEach((factor, i) => {
    if (i === axis) return;
    const gram = multiply(transpose(factor, factor.length / rank), factor, rank);
    gram.forEach((v, k) => (product[k]! *= v));
  });
  return product;
}

/** The tensor times all factors but one: [size of the axis][rank]. */
function contract(
  tensor: Float64Array,
  [oc, ic, kh, kw]: FilterShape,
  factors: readonly Float64Array[],
  axis: number,
  rank: number,
): Float64Array {
  const result = new Float64Array(factors[axis]!.length);
  const term = new Float64Array(rank);
  const index = [0, 0, 0, 0];
  for (let at = 0; at < oc * ic * kh * kw; at++) {
    index[3] = at % kw;
    index[2] = Math.floor(at / kw) % kh;
    index[1] = Math.floor(at / (kw * kh)) % ic;
    index[0] = Math.floor(at / (kw * kh * ic));
    term.fill(tensor[at]!);
    for (let i = 0; i < 4; i++) {
      if (i === axis) continue;
      const [factor, from] = [factors[i]!, index[i]! * rank];
      for (let r = 0; r < rank; r++) term[r]! *= factor[from + r]!;
    }
    const to = index[axis]! * rank;
    for (let r = 0; r < rank; r++) result[to + r]! += term[r]!;
  }
  return result;
}
