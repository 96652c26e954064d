import { ModelError } from "../errors.js";
import { formatShape, sizeOf } from "../graph/graph.js";
import { defineOp, parameterOf } from "./op.js";

/**
 * Dense layer over the last axis. Inputs: x [..., in], filter [out, in], optionally bias [out].
 * y[..., o] = bias[o] + sum over i of filter[o, i] * x[..., i].
 */
export const gemm = defineOp({
  name: "gemm",

  infer(_attrs: {}, [x, filter, bias]) {
    if (filter!.length !== 2) throw new ModelError(`expected a filter with 2 axes, got ${formatShape(filter!)}`);
    if (x!.at(-1) !== filter![1]) {
      throw new ModelError(`filter wants ${filter![1]} input features, input has shape ${formatShape(x!)}`);
    }
    if (bias && sizeOf(bias) !== filter![0]) {
      throw new ModelError(`bias has shape ${formatShape(bias)}, expected ${filter![0]}`);
    }
    return [[...x!.slice(0, -1), filter![0]!]];
  },

  evaluate(attrs, [x, filter, bias]) {
    const shape = this.infer(attrs, [x!.shape, filter!.shape])[0]!;
    const [out, width] = filter!.shape as [number, number];
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
      const [row, o] = [Math.floor(at / out) * width, at % out];
      let sum = bias ? bias.data[o]! : 0;
      for (let i = 0; i < width; i++) sum += filter!.data[o * width + i]! * x!.data[row + i]!;
      return sum;
    });
    return [{ shape, data }];
  },

  atoms(_attrs, [x], channels) {
    const output = channels.fresh(channels.shape(1)[0]!);
    channels.own(1, 1, x!.at(-1), "consume");
    channels.own(1, 0, output, "produce");
    if (channels.isConstant(2)) channels.own(2, channels.shape(2).length - 1, output, "parameter");
    return [[...x!.slice(0, -1), output]];
  },

  macs: (_attrs, [x, filter]) => sizeOf(x!) * filter![0]!,

  lower(_attrs, [, filter, bias]) {
    const numbers = parameterOf(bias, "bias");
    const list = numbers && { shape: [numbers.data.length], data: numbers.data };
    return { layer: { type: "dense", filter: parameterOf(filter!, "filter"), bias: list }, reads: [0] };
  },

  raise: (layer) =>
    layer.type === "dense"
      ? { attrs: {}, constants: layer.bias ? [layer.filter, layer.bias] : [layer.filter] }
      : undefined,
});
