/** What a convolution is to its kernels, what they are to it, and the rule that picks one. index.ts has the list of all. */
import type { Weights } from "../../gen/network.js";
import type { Geometry } from "../geometry.js";
import type { Choice, Site } from "../site.js";
import type { Target } from "../target.js";

/** One convolution layer, checked. */
export interface ConvLayer {
  readonly geometry: Geometry;
  readonly groups: number;
  /** [oc][ic / groups][kh][kw]. */
  readonly filter: Weights;
  readonly bias: Weights | undefined;
  /** Those that may compute it. */
  readonly kernels: readonly ConvKernel[];
  /** For kernels that pick pixels: these of an output of this width are computed, in one row. */
  readonly pixels?: { readonly numbers: readonly number[]; readonly width: number } | undefined;
  /** For Winograd's kernels: the window that they read, where it is less than the filter's. */
  readonly window?: ConvWindow | undefined;
}

/** A part of a sparse filter that has all of its numbers. */
export interface ConvWindow {
  /** The input channels of a group that are read, increasing; undefined for all. */
  readonly reads: readonly number[] | undefined;
  /** [oc][channels of a group that are read][kh][kw]; kh and kw are the layer's. */
  numbers(): Float32Array;
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

/** Lets the kernel plan that was chosen for this layer, which it must fit; without a choice the one that the rule picks. */
export function planConvolution(layer: ConvLayer, site: Site): void {
  const { kernel: name, why } = site.choice ?? chooseByRule(layer, site.target);
  site.pick(name, why);
  kernelOf(layer, name).plan(layer, site);
}

const kernelOf = ({ kernels }: ConvLayer, name: string) => kernels.find((kernel) => kernel.name === name)!;

/** The kernels that can compute a layer, the cheapest first. */
export function fittingKernels(layer: ConvLayer, target: Target): { readonly kernel: string; readonly cost: number }[] {
  const fitting = layer.kernels.filter((kernel) => kernel.fits(layer));
  const costs = fitting.map((kernel) => ({ kernel: kernel.name, cost: kernel.cost(layer, target) }));
  return costs.sort((a, b) => a.cost - b.cost);
}

/**
 * The rule: the algorithm that is cheapest on one thread where loads are cheap, then its kernel that is cheapest here. So the
 * baseline build gives the same bits on every platform and with any number of threads.
 */
export function chooseByRule(layer: ConvLayer, target: Target): Choice {
  const [anywhere] = fittingKernels(layer, { ...target, threads: 1, checksLoads: false });
  const { algorithm } = kernelOf(layer, anywhere!.kernel);
  const fitting = fittingKernels(layer, target);
  const costs = fitting.map(({ kernel, cost }) => `${kernel} ${(cost / 1e6).toFixed(2)}M`);
  const { kernel } = fitting.find((candidate) => kernelOf(layer, candidate.kernel).algorithm === algorithm)!;
  return { kernel, why: `modelled cost: ${costs.join(", ")}` };
}
