import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import type { LayerNormAttrs } from "./layer-norm.js";
import { checkPerElement, evaluateNormalised, lowerNormalised, perElement, raisedParameters } from "./normalised.js";
import { defineOp } from "./op.js";

/**
 * By the root of the mean of squares over the last axes (Zhang and Sennrich 2019). Inputs: x, optionally scale, broadcast
 * from the right to these axes. y = x / sqrt(mean of x^2 + epsilon) * scale.
 */
export const rmsNorm = defineOp({
  name: "rms-norm",

  infer({ axis }: LayerNormAttrs, inputs) {
    if (inputs.length > 2) throw new ModelError(`has ${inputs.length} inputs, expected a value and a scale`);
    checkPerElement(axis, inputs);
    return [inputs[0]!];
  },

  evaluate({ axis, epsilon }, inputs) {
    const { shape } = inputs[0]!;
    const rows = sizeOf(shape.slice(0, axis));
    return evaluateNormalised({ rows, epsilon, centred: false }, inputs, perElement(shape, axis));
  },

  atoms({ axis }, [x], channels) {
    x!.slice(axis).forEach((atoms) => channels.freeze(atoms, "normalised together"));
    return [x!];
  },

  macs: () => 0,
  lower: ({ axis, epsilon }, inputs) => lowerNormalised({ kind: "root_mean_square", epsilon, axis }, inputs, false),
  raise: (layer) =>
    layer.type === "normalise" && layer.kind === "root_mean_square" && layer.groups === 0 && !layer.bias
      ? { attrs: { axis: layer.axis, epsilon: layer.epsilon }, constants: raisedParameters(layer) }
      : undefined,
});
