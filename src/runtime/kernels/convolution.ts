/** The kernels that can compute a convolution: THE list. A new one is one more file and one line. */
import type { Weights } from "../../gen/network.js";
import type { Geometry } from "../geometry.js";
import type { Site } from "../site.js";
import type { Target } from "../target.js";
import { convGemm6, convGemmShuffled } from "./conv-gemm.js";
import { convWinograd2, convWinograd2Shuffled, convWinograd4, convWinograd4Shuffled } from "./conv-winograd.js";
import { depthwise, depthwiseRows } from "./depthwise.js";

/** One convolution layer, checked. */
export interface ConvLayer {
  readonly geometry: Geometry;
  readonly groups: number;
  /** [oc][ic / groups][kh][kw]. */
  readonly filter: Weights;
  readonly bias: Weights | undefined;
}

export interface ConvKernel {
  readonly name: string;
  /** Largest error of an output, relative to the largest sum of the terms' absolute values. */
  readonly error: number;
  fits(layer: ConvLayer): boolean;
  /** Modelled cost in multiply-adds at the kernel's full rate; the cheapest that fits is picked. */
  cost(layer: ConvLayer, target: Target): number;
  plan(layer: ConvLayer, site: Site): void;
}

export const CONV_KERNELS: readonly ConvKernel[] = [
  convGemm6,
  convGemmShuffled,
  convWinograd4,
  convWinograd4Shuffled,
  convWinograd2,
  convWinograd2Shuffled,
  depthwiseRows,
  depthwise,
];

/** Picks the cheapest kernel that fits and lets it plan. */
export function planConvolution(layer: ConvLayer, site: Site): void {
  const candidates = CONV_KERNELS.filter((kernel) => kernel.fits(layer));
  const costs = candidates.map((kernel) => kernel.cost(layer, site.target));
  const best = candidates[costs.indexOf(Math.min(...costs))]!;
  const why = candidates.map((kernel, i) => `${kernel.name} ${(costs[i]! / 1e6).toFixed(2)}M`).join(", ");
  site.pick(best.name, `modelled cost: ${why}`);
  best.plan(layer, site);
}
