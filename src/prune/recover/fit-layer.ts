/** The weights with which a layer comes closest to what it should give, from second moments. */
import type { Tensor } from "../../graph/graph.js";
import { fitRidge, residualOf, type RidgeFit } from "../../linalg/ridge.js";
import type { Centred } from "../../linalg/second-moments.js";
import type { FittedLayer } from "../moments/fitted-layer.js";

export interface FittedWeights {
  readonly filter: Tensor;
  readonly bias: Tensor;
  readonly notes: readonly string[];
}

/** The weights with which a layer comes closest to its target. What is 0 in its filter stays 0. */
export function fitLayer(layer: FittedLayer, moments: readonly Centred[], ridge: number): FittedWeights {
  const { width, outputs, groups, filter } = layer;
  const fits = moments.map((group, g) => {
    const start = filter.data.subarray(g * outputs * width, (g + 1) * outputs * width);
    return fitRidge(group, width, start, ridge);
  });
  const data = new Float32Array(filter.data.length);
  const bias = new Float32Array(groups * outputs);
  fits.forEach((fit, g) => {
    data.set(fit.filter, g * outputs * width);
    bias.set(fit.bias, g * outputs);
  });
  return {
    filter: { shape: filter.shape, data },
    bias: { shape: [bias.length], data: bias },
    notes: notesOn(layer.name, moments[0]!.count, fits, ridge),
  };
}

/** What was in the way of fits to so many positions with this ridge, and what was done about it. */
export function notesOn(name: string, positions: number, fits: readonly RidgeFit[], ridge: number): string[] {
  const used = Math.max(...fits.map((fit) => fit.ridge));
  const unknowns = Math.max(...fits.map((fit) => fit.unknowns));
  const leaning = `${positions} positions for ${unknowns} weights an output are few; ridge ${used} instead of ${ridge}`;
  const descended =
    "its outputs have too many weights of their own to be solved for; they are as near as some steps come";
  return [...(used > ridge ? [leaning] : []), ...(fits.every((fit) => fit.isExact) ? [] : [descended])].map(
    (note) => `${name}: ${note}`,
  );
}

/** Share of the target's energy about its mean that a filter with the best bias leaves unexplained. */
export function unexplained(layer: FittedLayer, moments: readonly Centred[], filter: Tensor): number {
  let energy = 0;
  for (const { width, products } of moments) {
    for (let o = layer.width; o < width; o++) energy += products[o * (width + 1)]!;
  }
  return energy > 0 ? residual(layer, moments, filter) / energy : 0;
}

/** The sum of squares that it leaves, over all rows and outputs. */
export function residual({ width, outputs }: FittedLayer, moments: readonly Centred[], filter: Tensor): number {
  return moments.reduce((sum, group, g) => {
    const own = filter.data.subarray(g * outputs * width, (g + 1) * outputs * width);
    return sum + residualOf(group, width, own);
  }, 0);
}
