import { sizeOf } from "../graph/graph.js";
import { checkPerElement, evaluateNormalised, lowerNormalised, perElement, raisedParameters } from "./normalised.js";
import { defineOp } from "./op.js";

export type LayerNormAttrs = {
  /** The first axis of the statistics, which reach over it and all behind it. */
  readonly axis: number;
  readonly epsilon: number;
};

/**
 * By the mean and variance over the last axes (Ba et al. 2016). Inputs: x, optionally scale, optionally bias, both broadcast
 * from the right to these axes.
 */
export const layerNorm = defineOp({
  name: "layer-norm",

  infer({ axis }: LayerNormAttrs, inputs) {
    checkPerElement(axis, inputs);
    return [inputs[0]!];
  },

  evaluate({ axis, epsilon }, inputs) {
    const { shape } = inputs[0]!;
    const rows = sizeOf(shape.slice(0, axis));
    return evaluateNormalised({ rows, epsilon, centred: true }, inputs, perElement(shape, axis));
  },

  atoms({ axis }, [x], channels) {
    x!.slice(axis).forEach((atoms) => channels.freeze(atoms, "normalised together"));
    return [x!];
  },

  macs: () => 0,
  lower: ({ axis, epsilon }, inputs) => lowerNormalised({ kind: "mean_variance", epsilon, axis }, inputs, false),
  raise: (layer) =>
    layer.type === "normalise" && layer.kind === "mean_variance" && layer.groups === 0
      ? { attrs: { axis: layer.axis, epsilon: layer.epsilon }, constants: raisedParameters(layer) }
      : undefined,
});
