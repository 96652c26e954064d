/**
 * 1 x 1 to few inputs, k x k between few channels, 1 x 1 to all outputs: a Tucker decomposition in the two channel axes, by the
 * higher-order singular value decomposition. Where inputs were seen, output directions are those of the outputs, input
 * directions those of the input channels' second moments, averaged over the taps.
 *
 * Kim et al. 2016, Compression of Deep Convolutional Neural Networks for Fast and Low Power Mobile Applications, section 3.
 */
import { cholesky, eigen, solveFromRight } from "../../linalg/decompose.js";
import { multiply, transpose } from "../../linalg/products.js";
import { type Form, type RankOption, tails, withFilter } from "./form.js";
import { type FilterShape, sizeOfFilter, type StageShape } from "./stage.js";
import { outputDirections, scaled, type Target } from "./target.js";

export const tucker: Form = {
  name: "tucker",
  summary: "1 x 1 to few channels, k x k between few channels, 1 x 1 back (Tucker-2)",
  paper: "Kim et al. 2016, Compression of Deep Convolutional Neural Networks, section 3",

  fullRanks: ([oc, ic, kh, kw]) => (kh * kw > 1 ? [Math.min(ic, oc * kh * kw), Math.min(oc, ic * kh * kw)] : undefined),

  stages([oc, ic, kh, kw]: FilterShape, [inner, outer]): readonly StageShape[] {
    return [
      { shape: [inner!, ic, 1, 1], groups: 1, slides: [false, false] },
      { shape: [outer!, inner!, kh, kw], groups: 1, slides: [true, true] },
      { shape: [oc, outer!, 1, 1], groups: 1, slides: [false, false] },
    ];
  },

  options(target) {
    const [inner, outer] = this.fullRanks(target.shape)!;
    const missingInner = tails(inputDirections(target).values.subarray(0, inner!));
    const missingOuter = tails(outputDirections(target).values.subarray(0, outer!));
    return shrink(this, target.shape, missingInner, missingOuter);
  },

  spectra: (target) => {
    const [oc, ic, kh, kw] = target.shape;
    return [
      { squares: inputDirections(target).values, rows: ic, columns: oc * kh * kw },
      { squares: outputDirections(target).values, rows: oc, columns: ic * kh * kw },
    ];
  },

  factorise(target, ranks) {
    const [first, core, last] = this.stages(target.shape, ranks);
    const [inner, outer] = ranks as [number, number];
    const [oc, ic, kh, kw] = target.shape;
    const { vectors, triangle } = inputDirections(target);
    const kept = vectors.subarray(0, inner * ic);
    const read = triangle ? solveFromRight(kept, triangle, ic) : kept.slice();
    const whitened = triangle ? multiply(kept, transpose(triangle, ic), inner) : kept;
    const outputs = outputDirections(target).vectors.subarray(0, outer * oc);
    const reduced = multiply(outputs, scaled(target.weights, target.scale), outer);
    const byChannel = channelsFirst(reduced, [outer, ic, kh, kw]);
    const cores = channelsFirst(multiply(whitened, byChannel, inner), [inner, outer, kh, kw]);
    const back = scaled(
      transpose(outputs, outer),
      target.scale.map((s) => 1 / s),
    );
    return [withFilter(first!, read), withFilter(core!, cores), withFilter(last!, back)];
  },
};

/** From all ranks down: each time the direction goes that costs the least energy for the multiply-adds it saves. */
function shrink(form: Form, shape: FilterShape, inner: Float64Array, outer: Float64Array): RankOption[] {
  const costOf = (ranks: readonly number[]) =>
    form.stages(shape, ranks).reduce((sum, stage) => sum + sizeOfFilter(stage.shape), 0);
  const missingAt = ([i, o]: readonly number[]) => inner[i! - 1]! + outer[o! - 1]!;
  let ranks: readonly number[] = [inner.length, outer.length];
  const options: RankOption[] = [{ ranks, missing: missingAt(ranks) }];
  while (ranks.some((rank) => rank > 1)) {
    const next = [0, 1]
      .filter((axis) => ranks[axis]! > 1)
      .map((axis) => ranks.map((rank, i) => (i === axis ? rank - 1 : rank)));
    const price = (to: readonly number[]) => (missingAt(to) - missingAt(ranks)) / (costOf(ranks) - costOf(to));
    ranks = next.reduce((best, to) => (price(to) < price(best) ? to : best));
    options.push({ ranks, missing: missingAt(ranks) });
  }
  return options.reverse();
}

/** Directions of the weights [oc kh kw][ic] times the triangle of the input channels' products. */
function inputDirections(target: Target) {
  const [oc, ic, kh, kw] = target.shape;
  const triangle = target.products && cholesky(channelProducts(target.products, target.shape), ic);
  const matrix = transpose(channelsFirst(scaled(target.weights, target.scale), target.shape), ic);
  const white = triangle ? multiply(matrix, triangle, oc * kh * kw) : matrix;
  return { ...eigen(multiply(transpose(white, oc * kh * kw), white, ic), ic), triangle };
}

/** [a][b][kh][kw] as [b][a][kh][kw]. */
function channelsFirst(filter: Float64Array, [a, b, kh, kw]: FilterShape): Float64Array {
  const taps = kh * kw;
  const result = new Float64Array(filter.length);
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      const from = (i * b + j) * taps;
      result.set(filter.subarray(from, from + taps), (j * a + i) * taps);
    }
  }
  return result;
}

/** The mean over taps of the products between the channels at the same tap: [ic][ic]. */
function channelProducts(products: Float64Array, [, ic, kh, kw]: FilterShape): Float64Array {
  const taps = kh * kw;
  const result = new Float64Array(ic * ic);
  for (let a = 0; a < ic; a++) {
    for (let b = 0; b < ic; b++) {
      let sum = 0;
      for (let t = 0; t < taps; t++) sum += products[(a * taps + t) * ic * taps + b * taps + t]!;
      result[a * ic + b] = sum / taps;
    }
  }
  return result;
}
