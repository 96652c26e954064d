import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { defineOp, freezePixels } from "./op.js";

/** Mean over all axes behind axis 1, which stay with size 1. */
export const globalAveragePool = defineOp({
  name: "global-average-pool",
  infer(_attrs: {}, [x]) {
    if (x!.length < 3) throw new ModelError(`expected an input with 3 axes or more, got ${x!.length}`);
    return [x!.map((size, axis) => (axis < 2 ? size : 1))];
  },
  evaluate(attrs, [x]) {
    const plane = sizeOf(x!.shape.slice(2));
    const planes = x!.shape[0]! * x!.shape[1]!;
    const data = Float64Array.from({ length: planes }, (_, p) => {
      let sum = 0;
      for (let i = 0; i < plane; i++) sum += x!.data[p * plane + i]!;
      return sum / plane;
    });
    return [{ shape: this.infer(attrs, [x!.shape])[0]!, data }];
  },
  atoms(_attrs, [x], channels) {
    freezePixels(x!, channels);
    return [x!.map((atoms, axis) => (axis < 2 ? atoms : null))];
  },
  macs: () => 0,
  lower: (_attrs, [x]) => ({
    layer: { type: "reduce", kind: "mean", axes: x!.shape.map((_, axis) => axis).slice(2), keepDims: true },
    reads: [0],
  }),
});
