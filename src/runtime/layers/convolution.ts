import { ModelError } from "../../errors.js";
import { type Geometry, geometryOf } from "../geometry.js";
import { type ConvLayer, planConvolution } from "../kernels/convolution.js";
import { readPositions } from "../positions.js";
import { checkVector, checkWeights, storedCount } from "../weights.js";
import type { Shape } from "../shape.js";
import { type LayerRule, one, type OpOf } from "./layer.js";

function check(op: OpOf<"convolution">, x: Shape): Geometry {
  checkWeights(op.filter, "filter", 4);
  const [oc, icg] = op.filter.shape as [number, number];
  const geometry = geometryOf(x, oc, op.filter.shape.slice(2), op);
  if (op.groups < 1 || icg * op.groups !== geometry.ic || oc % op.groups !== 0) {
    throw new ModelError(
      `filter of ${oc} x ${icg} channels in ${op.groups} groups does not fit an input of ${geometry.ic} channels`,
    );
  }
  checkVector(op.bias, "bias", oc);
  if (op.positions) readPositions(op.positions, geometry.oh, geometry.ow);
  return geometry;
}

export const convolution: LayerRule<"convolution"> = {
  inputs: one,
  shape(op, [x]) {
    const g = check(op, x!);
    return [g.n, g.oc, g.oh, g.ow];
  },
  macs(op, _inputs, [n, _oc, oh, ow]) {
    const pixels = op.positions ? readPositions(op.positions, oh!, ow!).pixels.length : oh! * ow!;
    return n! * pixels * storedCount(op.filter);
  },
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

/** The layer as its kernels see it. */
export function convLayerOf(op: OpOf<"convolution">, x: Shape): ConvLayer {
  const geometry = check(op, x);
  const computed = op.positions && readPositions(op.positions, geometry.oh, geometry.ow);
  return { geometry, groups: op.groups, filter: op.filter, bias: op.bias, computed };
}
