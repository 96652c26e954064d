/**
 * kh x 1 and then 1 x kw: the singular value decomposition of the filter as a matrix [oc kw][ic kh]. Where inputs were seen, in
 * the metric of the columns' second moments, averaged over the taps of a row: an approximation, which `refine` mends.
 *
 * Jaderberg, Vedaldi, Zisserman 2014, Speeding up Convolutional Neural Networks with Low Rank Expansions, scheme 2, by the
 * closed form of Tai et al. 2016, Convolutional Neural Networks with Low-rank Regularization, theorem 1.
 */
import { cholesky, eigen, solveFromRight } from "../../linalg/decompose.js";
import { multiply, transpose } from "../../linalg/products.js";
import { type Form, rankByRank, withFilter } from "./form.js";
import type { FilterShape, StageShape } from "./stage.js";
import { scaled, type Target } from "./target.js";

export const spatial: Form = {
  name: "spatial",
  summary: "kh x 1 with few outputs, then 1 x kw",
  paper: "Jaderberg et al. 2014, Speeding up Convolutional Neural Networks with Low Rank Expansions, scheme 2",

  fullRanks: ([oc, ic, kh, kw]) => (kh > 1 && kw > 1 ? [Math.min(ic * kh, oc * kw)] : undefined),

  stages([oc, ic, kh, kw]: FilterShape, [rank]): readonly StageShape[] {
    return [
      { shape: [rank!, ic, kh, 1], groups: 1, slides: [true, false] },
      { shape: [oc, rank!, 1, kw], groups: 1, slides: [false, true] },
    ];
  },

  options(target: Target) {
    return rankByRank(columnDirections(target).values, this.fullRanks(target.shape)![0]!);
  },

  spectra: (target) => {
    const [oc, ic, kh, kw] = target.shape;
    return [{ squares: columnDirections(target).values, rows: ic * kh, columns: oc * kw }];
  },

  factorise(target, ranks) {
    const [first, last] = this.stages(target.shape, ranks);
    const [, ic, kh] = target.shape;
    const size = ic * kh;
    const rank = ranks[0]!;
    const { vectors, triangle } = columnDirections(target);
    const kept = vectors.subarray(0, rank * size);
    const columns = triangle ? solveFromRight(kept, triangle, size) : kept.slice();
    const whitened = triangle ? multiply(kept, transpose(triangle, size), rank) : kept;
    // Row filters: W L Ur, for every output and tap of a row.
    const matrix = byColumns(target.weights, target.shape);
    const rows = multiply(matrix, transpose(whitened, rank), matrix.length / size);
    return [withFilter(first!, columns), withFilter(last!, swapLast(rows, target.shape, rank))];
  },
};

/** Directions of the weights [oc kw][ic kh] times the triangle of the columns' products. */
function columnDirections(target: Target) {
  const [, ic, kh] = target.shape;
  const size = ic * kh;
  const triangle = target.products && cholesky(columnProducts(target.products, target.shape), size);
  const matrix = byColumns(scaled(target.weights, target.scale), target.shape);
  const white = triangle ? multiply(matrix, triangle, matrix.length / size) : matrix;
  return { ...eigen(multiply(transpose(white, white.length / size), white, size), size), triangle };
}

/** [oc][ic][kh][kw] as [oc][kw][ic kh]. */
function byColumns(filter: Float64Array, [oc, ic, kh, kw]: FilterShape): Float64Array {
  const result = new Float64Array(filter.length);
  let at = 0;
  for (let o = 0; o < oc; o++) {
    for (let row = 0; row < ic * kh; row++) {
      for (let j = 0; j < kw; j++) result[(o * kw + j) * ic * kh + row] = filter[at++]!;
    }
  }
  return result;
}

/** [oc][kw][rank] as [oc][rank][1][kw]. */
function swapLast(rows: Float64Array, [oc, , , kw]: FilterShape, rank: number): Float64Array {
  const result = new Float64Array(rows.length);
  let at = 0;
  for (let o = 0; o < oc; o++) {
    for (let j = 0; j < kw; j++) for (let r = 0; r < rank; r++) result[(o * rank + r) * kw + j] = rows[at++]!;
  }
  return result;
}

/** The mean over the taps j of a row of the products between column j of the patch and itself: [ic kh][ic kh]. */
export function columnProducts(products: Float64Array, [, ic, kh, kw]: FilterShape): Float64Array {
  const size = ic * kh;
  const result = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      let sum = 0;
      for (let j = 0; j < kw; j++) sum += products[(a * kw + j) * size * kw + b * kw + j]!;
      result[a * size + b] = sum / kw;
    }
  }
  return result;
}
