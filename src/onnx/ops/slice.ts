import { ModelError } from "../../errors.js";
import type { Shape } from "../../graph/graph.js";
import { type SliceAttrs, sliceRanges } from "../../ops/slice.js";
import { toAxis } from "../axes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** ONNX's bounds, which may be negative (from the end) or far outside, made to lie in the axis. */
function clampRange(axis: number, size: number, start: number, end: number, step: number): Range {
  if (step === 0) throw new ModelError(`the step of axis ${axis} is 0`);
  const counted = (n: number) => (n < 0 ? n + size : n);
  const clamp = (n: number, least: number, most: number) => Math.min(Math.max(n, least), most);
  return step > 0
    ? { axis, start: clamp(counted(start), 0, size), end: clamp(counted(end), 0, size), step }
    : { axis, start: clamp(counted(start), 0, size - 1), end: clamp(counted(end), -1, size - 1), step };
}

/** What is sliced of a value of this shape; attributes before opset 10, inputs since. Something may be left with 0 elements. */
export function readSlice(node: OnnxNode, shape: Shape): SliceAttrs {
  const starts = node.attributes.ints("starts") ?? node.numbers(1);
  const ends = node.attributes.ints("ends") ?? node.numbers(2);
  const axes = node.attributes.ints("axes") ?? node.numbers(3) ?? starts?.map((_, i) => i);
  const steps = node.numbers(4) ?? starts?.map(() => 1);
  if (!starts || !ends || [ends, axes, steps].some((list) => list!.length !== starts.length)) {
    throw new ModelError("starts, ends, axes and steps must be lists of one length");
  }
  const ranges = starts
    .map((start, i) => {
      const axis = toAxis(axes![i]!, shape.length);
      return clampRange(axis, shape[axis]!, start, ends[i]!, steps![i]!);
    })
    .sort((a, b) => a.axis - b.axis);
  if (new Set(ranges.map(({ axis }) => axis)).size !== ranges.length) throw new ModelError("slices an axis twice");
  return {
    axes: ranges.map((range) => range.axis),
    starts: ranges.map((range) => range.start),
    ends: ranges.map((range) => range.end),
    steps: ranges.map((range) => range.step),
  };
}

export const importSlice: Importer = (node) => {
  const shape = node.shape(0);
  const attrs = readSlice(node, shape);
  const at = attrs.axes.indexOf(1);
  // Some channels with a step are a gather: that can still be pruned.
  if (at < 0 || attrs.steps[at] === 1) return node.emit("slice", attrs, [node.value(0)]);
  const { start, step, count } = sliceRanges(attrs, shape)[1]!;
  const indices = Array.from({ length: count }, (_, i) => start + i * step);
  const others = (list: readonly number[]) => list.filter((_, i) => i !== at);
  const { axes, starts, ends, steps } = attrs;
  const rest = { axes: others(axes), starts: others(starts), ends: others(ends), steps: others(steps) };
  if (rest.axes.length === 0) return node.emit("gather", { axis: 1, indices }, [node.value(0)]);
  node.emit("gather", { axis: 1, indices }, [node.step("slice", rest, [node.value(0)])]);
};

/** An end that is below every axis even after a size is added. */
const IN_FRONT = -(2 ** 31);

export const exportSlice: Exporter<"slice"> = ({ attrs, inputs, outputs, name }, scope) => {
  const lists = { ...attrs, ends: attrs.ends.map((end) => (end === -1 ? IN_FRONT : end)) };
  const parameters = (["starts", "ends", "axes", "steps"] as const).map((key) =>
    scope.ints(`${name}_${key}`, lists[key]),
  );
  scope.add("Slice", [inputs[0]!, ...parameters], outputs[0]!, name);
};
