/** What reductions other than the mean have in common. */
import { ModelError } from "../errors.js";
import { sizeOf, type Tensor } from "../graph/graph.js";
import { broadcastIndex } from "./broadcast.js";
import { defineOp, type LayerSpec, type Op } from "./op.js";
import { type ReduceMeanAttrs, reducedShapes } from "./reduce-mean.js";

export type ReductionAttrs = ReduceMeanAttrs;
type Kind = Extract<LayerSpec, { type: "reduce" }>["kind"];

/** For each element of the result the elements that it is made of. */
function gather(attrs: ReductionAttrs, { shape, data }: Tensor): number[][] {
  const { kept } = reducedShapes(attrs, shape);
  const to = broadcastIndex(shape, kept);
  const sets = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  data.forEach((value, i) => sets[to(i)]!.push(value));
  return sets;
}

/**
 * An operator that makes one number of all those along some axes. `frozen` says what happens to channels there, `elsewhere` why
 * channels of the other axes stay, too, if they do.
 */
export function defineReduction<const Name extends string>(
  name: Name,
  kind: Kind,
  frozen: string,
  meaning: (values: readonly number[]) => number,
  elsewhere?: string,
): Op<Name, ReductionAttrs> {
  return defineOp<Name, ReductionAttrs>({
    name,
    infer(attrs, [x]) {
      if (attrs.axes.length === 0 || attrs.axes.some((axis) => axis < 0 || axis >= x!.length)) {
        throw new ModelError(`axes [${attrs.axes.join(", ")}] of an input with ${x!.length} axes`);
      }
      return [reducedShapes(attrs, x!).result];
    },
    evaluate(attrs, [x]) {
      const data = Float64Array.from(gather(attrs, x!), meaning);
      return [{ shape: reducedShapes(attrs, x!.shape).result, data }];
    },
    atoms({ axes, keepDims }, [x], channels) {
      axes.forEach((axis) => channels.freeze(x![axis], frozen));
      if (elsewhere !== undefined) x!.forEach((atoms) => channels.freeze(atoms, elsewhere));
      const output = x!.map((atoms, axis) => (axes.includes(axis) ? null : atoms));
      return [keepDims ? output : output.filter((_, axis) => !axes.includes(axis))];
    },
    macs: () => 0,
    lower: (attrs) => ({ layer: { type: "reduce", kind, ...attrs }, reads: [0] }),
    raise: (layer) =>
      layer.type === "reduce" && layer.kind === kind
        ? { attrs: { axes: layer.axes, keepDims: layer.keepDims }, constants: [] }
        : undefined,
  });
}

export const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);
export const sumOfSquares = (values: readonly number[]): number => values.reduce((total, v) => total + v * v, 0);
