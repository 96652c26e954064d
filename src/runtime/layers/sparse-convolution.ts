import { CONV_KERNELS } from "../kernels/index.js";
import type { ConvLayer } from "../kernels/convolution.js";
import { perforated } from "../kernels/perforated.js";
import { readPositions } from "../positions.js";
import type { Shape } from "../shape.js";
import { convolutionRule, layerOf } from "./convolution.js";
import type { OpOf } from "./layer.js";

/** Any convolution as its kernels see it. Throws a `ModelError` for one that does not fit what it reads. */
export function convLayerOf(op: OpOf<"convolution">, x: Shape): ConvLayer {
  const layer = layerOf(op, x, CONV_KERNELS);
  if (!op.positions) return layer;
  const computed = readPositions(op.positions, layer.geometry.oh, layer.geometry.ow);
  return { ...layer, kernels: CONV_KERNELS.map((kernel) => perforated(kernel, computed)) };
}

/** Of all convolutions: filters may be stored without their zeros, and pixels take the value of others. */
export const sparseConvolution = convolutionRule(convLayerOf, ({ positions }, oh, ow) =>
  positions ? readPositions(positions, oh, ow).pixels.length : oh * ow,
);
