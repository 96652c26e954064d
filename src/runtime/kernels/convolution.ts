/** The kernels that can compute a convolution: THE list. A new one is one more file and one line. */
import type { Weights } from "../../gen/network.js";
import type { Geometry } from "../geometry.js";
import type { Computed } from "../positions.js";
import type { Choice, Site } from "../site.js";
import type { Target } from "../target.js";
import { convPatterns } from "./conv-patterns.js";
import { convSparse } from "./conv-sparse.js";
import { convGemm6, convGemmShuffled, convTaps6, convTapsShuffled } from "./conv-gemm.js";
import { convWinograd } from "./conv-winograd.js";
import { depthwise, depthwiseRows } from "./depthwise.js";
import { cheapestWay, planMoved, planPerforated } from "./perforated.js";

/** One convolution layer, checked. */
export interface ConvLayer {
  readonly geometry: Geometry;
  readonly groups: number;
  /** [oc][ic / groups][kh][kw]. */
  readonly filter: Weights;
  readonly bias: Weights | undefined;
  /** The pixels to compute, if not all; the others take the value of the nearest. */
  readonly computed?: Computed | undefined;
  /** For kernels that pick pixels: these of an output of this width are computed, in one row. */
  readonly pixels?: { readonly numbers: readonly number[]; readonly width: number } | undefined;
}

/** How a kernel wants the filter, for whoever has to write it anew: panels of `most` output channels, transformed by G or not. */
export type FilterPacking =
  | { readonly kind: "product"; readonly most: number }
  | { readonly kind: "winograd"; readonly most: number; readonly g: readonly (readonly number[])[] }
  | { readonly kind: "plain" }
  | { readonly kind: "sparse" };

export interface ConvKernel {
  readonly name: string;
  readonly packing: FilterPacking;
  /** Kernels of one algorithm add the same terms in the same order, so that in the baseline build they give the same bits. */
  readonly algorithm: "product" | `winograd ${string}` | "depthwise" | "patterns" | "sparse";
  /** Largest error of an output, relative to the largest sum of the terms' absolute values. */
  readonly error: number;
  /** Whether it can compute any list of pixels (`ConvLayer.pixels`). */
  readonly picksPixels?: true;
  fits(layer: ConvLayer): boolean;
  /** Modelled cost in multiply-adds at the kernel's full rate; the cheapest that fits is picked. */
  cost(layer: ConvLayer, target: Target): number;
  /** Dense ones write exactly the output: it may be a part of a concatenation (storage.ts). */
  plan(layer: ConvLayer, site: Site): void;
}

export const CONV_KERNELS: readonly ConvKernel[] = [
  convGemm6,
  convGemmShuffled,
  ...convWinograd,
  depthwiseRows,
  depthwise,
  convTaps6,
  convTapsShuffled,
  convPatterns,
  convSparse,
];

/** Lets the kernel plan that was chosen for this layer, which it must fit; without a choice the one that the rule picks. */
export function planConvolution(layer: ConvLayer, site: Site): void {
  const { kernel: name, why } = site.choice ?? chooseByRule(layer, site.target);
  const kernel = CONV_KERNELS.find((candidate) => candidate.name === name)!;
  site.pick(name, why);
  if (layer.computed) planPerforated(kernel, layer, site);
  else if (site.writes && kernel.algorithm === "sparse") planMoved(kernel, layer, site);
  else kernel.plan(layer, site);
}

/** The kernels that can compute a layer, the cheapest first. */
export function fittingKernels(layer: ConvLayer, target: Target): { readonly kernel: string; readonly cost: number }[] {
  const costs = CONV_KERNELS.flatMap((kernel) => {
    const cost = costOf(kernel, layer, target);
    return cost === undefined ? [] : [{ kernel: kernel.name, cost }];
  });
  return costs.sort((a, b) => a.cost - b.cost);
}

function costOf(kernel: ConvKernel, layer: ConvLayer, target: Target): number | undefined {
  if (layer.computed) return cheapestWay(kernel, layer, target)?.cost;
  return kernel.fits(layer) ? kernel.cost(layer, target) : undefined;
}

/**
 * The rule: the algorithm that is cheapest on one thread where loads are cheap, then its kernel that is cheapest here. So the
 * baseline build gives the same bits on every platform and with any number of threads.
 */
export function chooseByRule(layer: ConvLayer, target: Target): Choice {
  const [anywhere] = fittingKernels(layer, { ...target, threads: 1, checksLoads: false });
  const algorithm = algorithmOf(anywhere!.kernel);
  const fitting = fittingKernels(layer, target);
  const costs = fitting.map(({ kernel, cost }) => `${kernel} ${(cost / 1e6).toFixed(2)}M`);
  const { kernel } = fitting.find((candidate) => algorithmOf(candidate.kernel) === algorithm)!;
  return { kernel, why: `modelled cost: ${costs.join(", ")}` };
}

const algorithmOf = (kernel: string) => CONV_KERNELS.find(({ name }) => name === kernel)!.algorithm;
