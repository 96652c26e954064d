import { ModelError } from "../errors.js";
import { sizeOf, type Tensor } from "../graph/graph.js";
import { defineOp } from "./op.js";

export type BatchNormAttrs = { readonly epsilon: number };

/** Per-channel factor and offset that a batch norm with fixed statistics amounts to: y = x * scale + shift. */
export function batchNormAffine(
  epsilon: number,
  [gamma, beta, mean, variance]: readonly Tensor[],
): { scale: Float64Array; shift: Float64Array } {
  const scale = Float64Array.from(gamma!.data, (g, c) => g / Math.sqrt(variance!.data[c]! + epsilon));
  const shift = Float64Array.from(beta!.data, (b, c) => b - mean!.data[c]! * scale[c]!);
  return { scale, shift };
}

/**
 * Batch norm at inference, per channel of axis 1. Inputs: x, gamma, beta, mean, variance.
 * y = gamma * (x - mean) / sqrt(variance + epsilon) + beta (Ioffe and Szegedy 2015, algorithm 2).
 */
export const batchNorm = defineOp({
  name: "batch-norm",

  infer(_attrs: BatchNormAttrs, [x, ...parameters]) {
    if (x!.length < 2) throw new ModelError(`expected an input with 2 axes or more, got ${x!.length}`);
    for (const parameter of parameters) {
      if (sizeOf(parameter) !== x![1]) {
        throw new ModelError(`a parameter has ${sizeOf(parameter)} elements, input has ${x![1]} channels`);
      }
    }
    return [x!];
  },

  evaluate(attrs, [x, ...parameters]) {
    const { scale, shift } = batchNormAffine(attrs.epsilon, parameters);
    const plane = sizeOf(x!.shape.slice(2));
    const data = Float64Array.from(x!.data, (value, i) => {
      const c = Math.floor(i / plane) % x!.shape[1]!;
      return value * scale[c]! + shift[c]!;
    });
    return [{ shape: x!.shape, data }];
  },

  atoms(_attrs, [x], channels) {
    for (let input = 1; input <= 4; input++) channels.own(input, 0, x![1], "parameter");
    return [x!];
  },

  macs: () => 0,

  lower(attrs, [, ...parameters]) {
    const constants = parameters.map((parameter) => parameter.constant);
    if (constants.some((c) => c === undefined)) {
      throw new ModelError("statistics that the network computes are not supported; they must be constants");
    }
    const { scale, shift } = batchNormAffine(attrs.epsilon, constants as Tensor[]);
    const vector = (data: Float64Array) => ({ shape: [data.length], data: Float32Array.from(data) });
    return { layer: { type: "scale", scale: vector(scale), shift: vector(shift) }, reads: [0] };
  },

  raise(layer) {
    if (layer.type !== "scale") return undefined;
    const { scale, shift } = layer;
    const fill = (value: number) => ({ shape: scale.shape, data: new Float32Array(scale.data.length).fill(value) });
    return { attrs: { epsilon: 0 }, constants: [scale, shift, fill(0), fill(1)] };
  },
});
