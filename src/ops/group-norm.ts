import { ModelError } from "../errors.js";
import { checkPerChannel, evaluateNormalised, lowerNormalised, perChannel, raisedParameters } from "./normalised.js";
import { defineOp } from "./op.js";

export type GroupNormAttrs = {
  /** Axis 1 is split into so many equal parts. */
  readonly groups: number;
  readonly epsilon: number;
};

/**
 * Each group of neighbouring channels of each image by its own mean and variance (Wu and He 2018).
 * Inputs: x, scale [c], bias [c].
 */
export const groupNorm = defineOp({
  name: "group-norm",

  infer({ groups }: GroupNormAttrs, inputs) {
    checkPerChannel(inputs);
    const c = inputs[0]![1]!;
    if (!(groups >= 1) || c % groups !== 0) throw new ModelError(`${c} channels do not divide into ${groups} groups`);
    return [inputs[0]!];
  },

  evaluate({ groups, epsilon }, inputs) {
    const { shape } = inputs[0]!;
    return evaluateNormalised({ rows: shape[0]! * groups, epsilon, centred: true }, inputs, perChannel(shape));
  },

  atoms(_attrs, [x], channels) {
    x!.slice(1).forEach((atoms) => channels.freeze(atoms, "normalised together with the rest of its group"));
    return [x!];
  },

  macs: () => 0,
  lower: ({ groups, epsilon }, inputs) => lowerNormalised({ kind: "mean_variance", epsilon, groups }, inputs, true),
  raise: (layer) =>
    layer.type === "normalise" &&
    layer.kind === "mean_variance" &&
    layer.groups > 0 &&
    layer.groups !== raisedParameters(layer)[0]?.shape[0]
      ? { attrs: { groups: layer.groups, epsilon: layer.epsilon }, constants: raisedParameters(layer) }
      : undefined,
});
