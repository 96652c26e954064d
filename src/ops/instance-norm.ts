import { checkPerChannel, evaluateNormalised, lowerNormalised, perChannel, raisedParameters } from "./normalised.js";
import { defineOp } from "./op.js";

export type InstanceNormAttrs = { readonly epsilon: number };

/**
 * Each channel of each image by its own mean and variance (Ulyanov et al. 2016). Inputs: x, scale [c], bias [c].
 * y = (x - mean) / sqrt(variance + epsilon) * scale + bias.
 */
export const instanceNorm = defineOp({
  name: "instance-norm",

  infer(_attrs: InstanceNormAttrs, inputs) {
    checkPerChannel(inputs);
    return [inputs[0]!];
  },

  evaluate({ epsilon }, inputs) {
    const { shape } = inputs[0]!;
    return evaluateNormalised({ rows: shape[0]! * shape[1]!, epsilon, centred: true }, inputs, perChannel(shape));
  },

  atoms(_attrs, [x], channels) {
    channels.own(1, 0, x![1], "parameter");
    channels.own(2, 0, x![1], "parameter");
    x!.slice(2).forEach((atoms) => channels.freeze(atoms, "normalised together"));
    return [x!];
  },

  macs: () => 0,
  lower: ({ epsilon }, inputs) =>
    lowerNormalised({ kind: "mean_variance", epsilon, groups: inputs[0]!.shape[1]! }, inputs, true),
  raise: (layer) =>
    layer.type === "normalise" &&
    layer.kind === "mean_variance" &&
    layer.groups > 0 &&
    layer.groups === raisedParameters(layer)[0]?.shape[0]
      ? { attrs: { epsilon: layer.epsilon }, constants: raisedParameters(layer) }
      : undefined,
});
