import { ModelError } from "../errors.js";
import { type Shape, sizeOf } from "../graph/graph.js";
import { broadcastIndex } from "./broadcast.js";
import { defineOp } from "./op.js";

export type ReduceMeanAttrs = {
  /** Strictly increasing. */
  readonly axes: readonly number[];
  /** Reduced axes stay, with size 1. */
  readonly keepDims: boolean;
};

/** The shape with the reduced axes as 1, and as the result has it. */
export function reducedShapes({ axes, keepDims }: ReduceMeanAttrs, x: Shape): { kept: Shape; result: Shape } {
  const kept = x.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return { kept, result: keepDims ? kept : x.filter((_, axis) => !axes.includes(axis)) };
}

/** Mean over some axes. */
export const reduceMean = defineOp({
  name: "reduce-mean",

  infer(attrs: ReduceMeanAttrs, [x]) {
    if (attrs.axes.some((axis) => axis < 0 || axis >= x!.length)) {
      throw new ModelError(`axes ${attrs.axes.join(", ")} of an input with ${x!.length} axes`);
    }
    return [reducedShapes(attrs, x!).result];
  },

  evaluate(attrs, [x]) {
    const { kept, result } = reducedShapes(attrs, x!.shape);
    const data = new Float64Array(sizeOf(result));
    const to = broadcastIndex(x!.shape, kept);
    x!.data.forEach((value, i) => (data[to(i)]! += value));
    const count = x!.data.length / data.length;
    return [{ shape: result, data: data.map((sum) => sum / count) }];
  },

  atoms({ axes, keepDims }, [x], channels) {
    axes.forEach((axis) => channels.freeze(x![axis], "averaged over the channels"));
    const output = x!.map((atoms, axis) => (axes.includes(axis) ? null : atoms));
    return [keepDims ? output : output.filter((_, axis) => !axes.includes(axis))];
  },

  reorder({ axes, keepDims }, order) {
    const moved = axes.map((axis) => order[axis]!).sort((a, b) => a - b);
    const left = order.filter((axis) => !moved.includes(axis));
    const ranked = left.map((axis) => left.filter((other) => other < axis).length);
    return { attrs: { axes: moved, keepDims }, order: keepDims ? order : ranked };
  },

  macs: () => 0,
  lower: (attrs) => ({ layer: { type: "reduce", kind: "mean", ...attrs }, reads: [0] }),
  raise: (layer) =>
    layer.type === "reduce" && layer.kind === "mean"
      ? { attrs: { axes: layer.axes, keepDims: layer.keepDims }, constants: [] }
      : undefined,
});
