import { intAttribute, intsAttribute } from "../attributes.js";
import { readAxes } from "../axes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** Axes (an attribute before opset 18, an input since; none means all) and whether they stay. Undefined: nothing is reduced. */
export function readReduction(node: OnnxNode): { axes: readonly number[]; keepDims: boolean } | undefined {
  const all = node.shape(0).map((_, axis) => axis);
  const axes = readAxes(node, all.length) ?? [];
  if (axes.length === 0 && node.attributes.int("noop_with_empty_axes")) return undefined;
  return { axes: axes.length === 0 ? all : axes, keepDims: (node.attributes.int("keepdims") ?? 1) !== 0 };
}

export const importReduceMean: Importer = (node) => {
  const attrs = readReduction(node);
  if (attrs) node.emit("reduce-mean", attrs, [node.value(0)]);
  else node.emit("identity", {}, [node.value(0)]);
};

export const exportReduceMean: Exporter<"reduce-mean"> = ({ attrs, inputs, outputs, name }, scope) => {
  // To ONNX an empty list means all axes.
  if (attrs.axes.length === 0) return scope.add("Identity", inputs, outputs[0]!, name);
  const keep = intAttribute("keepdims", Number(attrs.keepDims));
  if (scope.opset < 18) {
    return scope.add("ReduceMean", inputs, outputs[0]!, name, [intsAttribute("axes", attrs.axes), keep]);
  }
  scope.add("ReduceMean", [inputs[0]!, scope.ints(`${name}_axes`, attrs.axes)], outputs[0]!, name, [keep]);
};
