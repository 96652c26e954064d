import { ModelError } from "../errors.js";
import { type Shape, sizeOf } from "../graph/graph.js";
import { offsetsOf, stridesOf } from "../graph/strides.js";
import { countKept, defineOp } from "./op.js";

/** One entry for each sliced axis; `starts` and `ends` lie inside the axis, `end` is -1 for "down to the first element". */
export type SliceAttrs = {
  /** Strictly increasing. */
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Not 0. */
  readonly steps: readonly number[];
};

/** Start, step and count for every axis. */
export function sliceRanges(attrs: SliceAttrs, x: Shape): { start: number; step: number; count: number }[] {
  return x.map((size, axis) => {
    const i = attrs.axes.indexOf(axis);
    if (i < 0) return { start: 0, step: 1, count: size };
    const [start, end, step] = [attrs.starts[i]!, attrs.ends[i]!, attrs.steps[i]!];
    return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** For each element of the slice, where it lies in a value of this shape. */
export function slicedIndex(attrs: SliceAttrs, x: Shape): (at: number) => number {
  const [ranges, strides] = [sliceRanges(attrs, x), stridesOf(x)];
  const first = ranges.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0);
  return offsetsOf(
    ranges.map(({ count }) => count),
    ranges.map(({ step }, axis) => step * strides[axis]!),
    first,
  );
}

/** Every `step`-th element from `start` up to, not including, `end`, along some axes. */
export const slice = defineOp({
  name: "slice",
  moves: true,

  infer(attrs: SliceAttrs, [x]) {
    const ranges = sliceRanges(attrs, x!);
    ranges.forEach(({ start, step, count }, axis) => {
      const last = start + (count - 1) * step;
      if (count < 1) throw new ModelError(`nothing is left of axis ${axis} (size ${x![axis]})`);
      if (start < 0 || start >= x![axis]! || last < 0 || last >= x![axis]!) {
        throw new ModelError(`elements ${start} to ${last} of axis ${axis}, which has ${x![axis]}`);
      }
    });
    return [ranges.map(({ count }) => count)];
  },

  evaluate(attrs, [x]) {
    const shape = this.infer(attrs, [x!.shape])[0]!;
    const from = slicedIndex(attrs, x!.shape);
    return [{ shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => x!.data[from(i)]!) }];
  },

  atoms(attrs, [x], channels) {
    const ranges = sliceRanges(attrs, channels.shape(0));
    const output = x!.map((atoms, axis) => {
      if (!atoms) return null;
      const { start, step, count } = ranges[axis]!;
      if (step === 1) return atoms.subarray(start, start + count);
      channels.freeze(atoms, `sliced with a step of ${step} over the channels`);
      return null;
    });
    return [output];
  },

  cut(attrs, [x]) {
    const kept = (value: number, i: number) => {
      const mask = x![attrs.axes[i]!];
      return mask ? countKept(mask, 0, value) : value;
    };
    return { ...attrs, starts: attrs.starts.map(kept), ends: attrs.ends.map(kept) };
  },

  reorder({ axes, starts, ends, steps }, order) {
    const sorted = axes.map((axis, i) => ({ axis: order[axis]!, i })).sort((a, b) => a.axis - b.axis);
    const pick = (list: readonly number[]) => sorted.map(({ i }) => list[i]!);
    const lists = { starts: pick(starts), ends: pick(ends), steps: pick(steps) };
    return { attrs: { axes: sorted.map(({ axis }) => axis), ...lists }, order };
  },

  macs: () => 0,

  lower: (attrs) => ({ layer: { type: "slice", ...attrs }, reads: [0] }),

  raise(layer) {
    if (layer.type !== "slice") return undefined;
    const { axes, starts, ends, steps } = layer;
    return { attrs: { axes, starts, ends, steps }, constants: [] };
  },
});
