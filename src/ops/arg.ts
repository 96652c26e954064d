/** What arg-max and arg-min have in common. The places are numbers like all others: float32 at run time. */
import { ModelError } from "../errors.js";
import { type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import { defineOp, type Op } from "./op.js";

export type ArgAttrs = {
  readonly axis: number;
  /** The axis stays, with size 1. */
  readonly keepDims: boolean;
  /** Of equal elements the last one is told instead of the first. */
  readonly last: boolean;
};

function inferArg({ axis, keepDims }: ArgAttrs, x: Shape): Shape {
  if (axis < 0 || axis >= x.length) throw new ModelError(`axis ${axis} of an input with ${x.length} axes`);
  return keepDims ? x.map((size, i) => (i === axis ? 1 : size)) : x.filter((_, i) => i !== axis);
}

/** `beats` compares two different numbers; NaN beats nothing and nothing beats it. */
function evaluateArg(attrs: ArgAttrs, x: Tensor, beats: (a: number, b: number) => boolean): readonly Tensor[] {
  const count = x.shape[attrs.axis]!;
  const inner = sizeOf(x.shape.slice(attrs.axis + 1));
  const data = Float64Array.from({ length: x.data.length / count }, (_, run) => {
    const first = Math.floor(run / inner) * inner * count + (run % inner);
    let place = 0;
    for (let i = 1; i < count; i++) {
      const [v, best] = [x.data[first + i * inner]!, x.data[first + place * inner]!];
      if (beats(v, best) || (attrs.last && v === best)) place = i;
    }
    return place;
  });
  return [{ shape: inferArg(attrs, x.shape), data }];
}

/** The place of the largest or smallest element along one axis. */
export function defineArg<const Name extends string>(
  name: Name,
  smallest: boolean,
  beats: (a: number, b: number) => boolean,
): Op<Name, ArgAttrs> {
  return defineOp<Name, ArgAttrs>({
    name,
    infer: (attrs, [x]) => [inferArg(attrs, x!)],
    evaluate: (attrs, [x]) => evaluateArg(attrs, x!, beats),
    atoms({ axis, keepDims }, [x], channels) {
      channels.freeze(x![axis], "channels are told by their numbers");
      return [keepDims ? x!.map((atoms, i) => (i === axis ? null : atoms)) : x!.filter((_, i) => i !== axis)];
    },
    macs: () => 0,
    lower: (attrs) => ({ layer: { type: "arg", ...attrs, smallest }, reads: [0] }),
    raise: (layer) =>
      layer.type === "arg" && layer.smallest === smallest
        ? { attrs: { axis: layer.axis, keepDims: layer.keepDims, last: layer.last }, constants: [] }
        : undefined,
  });
}
