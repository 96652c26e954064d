import { ModelError } from "../../errors.js";
import type { Network } from "../../gen/network.js";
import { type Geometry, geometryOf } from "../geometry.js";
import { type ConvLayer, planConvolution } from "../kernels/convolution.js";
import { DENSE_KERNELS } from "../kernels/dense.js";
import { checkVector, checkWeights, storedCount } from "../weights.js";
import type { Shape } from "../shape.js";
import type { Site } from "../site.js";
import { type LayerRule, one, type OpOf } from "./layer.js";

type Op = OpOf<"convolution">;

function check(op: Op, x: Shape): Geometry {
  checkWeights(op.filter, "filter", 4);
  const [oc, icg] = op.filter.shape as [number, number];
  const geometry = geometryOf(x, oc, op.filter.shape.slice(2), op);
  if (op.groups < 1 || icg * op.groups !== geometry.ic || oc % op.groups !== 0) {
    throw new ModelError(
      `filter of ${oc} x ${icg} channels in ${op.groups} groups does not fit an input of ${geometry.ic} channels`,
    );
  }
  checkVector(op.bias, "bias", oc);
  return geometry;
}

/** Lets a kernel plan a convolution that computes all of its pixels by a filter without zeros. */
export function planDense(layer: Omit<ConvLayer, "kernels">, site: Site): void {
  planConvolution({ ...layer, kernels: DENSE_KERNELS }, site);
}

/** The layer as its kernels see it. Throws a `ModelError` for one that does not fit what it reads. */
export function layerOf(op: Op, x: Shape, kernels: ConvLayer["kernels"]): ConvLayer {
  return { geometry: check(op, x), groups: op.groups, filter: op.filter, bias: op.bias, kernels };
}

/** The rule, whatever the layers' kernels are; `computedOf` says how many of an output's pixels are computed. */
export function convolutionRule(
  convLayerOf: (op: Op, x: Shape) => ConvLayer,
  computedOf: (op: Op, oh: number, ow: number) => number,
): LayerRule<"convolution"> {
  return {
    inputs: one,
    shape(op, [x]) {
      const { geometry: g } = convLayerOf(op, x!);
      return [g.n, g.oc, g.oh, g.ow];
    },
    macs: (op, _inputs, [n, _oc, oh, ow]) => n! * computedOf(op, oh!, ow!) * storedCount(op.filter),
    clamps: true,
    adds: true,
    gathers: true,
    // Depthwise kernels do not.
    scatters: ({ filter }) => filter.shape[1]! > 1,
    // Depthwise kernels write whole vectors; with one input channel a dense convolution is a depthwise one, too.
    writesExactly: ({ groups, filter }) => groups === 1 && filter.shape[1]! > 1,
    view: false,
    plan(op, site) {
      planConvolution(convLayerOf(op, site.inputs[0]!.shape), site);
    },
  };
}

/** Of convolutions that compute all of their pixels, by filters without zeros; sparse-convolution.ts has the one of all. */
export const convolution = convolutionRule(
  (op, x) => layerOf(op, x, DENSE_KERNELS),
  (_op, oh, ow) => oh * ow,
);

/** The convolutions' numbers and names. A name that is taken already gets a number behind it. */
export function nameConvolutions({ layers }: Network): Map<number, string> {
  const taken = new Set<string>();
  const names = new Map<number, string>();
  layers.forEach(({ name, op }, i) => {
    if (op.type !== "convolution") return;
    let fresh = name;
    for (let n = 2; taken.has(fresh); n++) fresh = `${name} #${n}`;
    taken.add(fresh);
    names.set(i, fresh);
  });
  return names;
}
