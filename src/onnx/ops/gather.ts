import { ModelError } from "../../errors.js";
import { intAttribute } from "../attributes.js";
import { toAxis } from "../axes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** Indices along an axis of this size, counted from its beginning. */
function readIndices(node: OnnxNode, axis: number, size: number): number[] {
  const { data } = node.needConstant(1);
  return Array.from(data as Float64Array, (index) => {
    if (!(index >= -size && index < size)) {
      throw new ModelError(`index ${index} of axis ${axis}, which has ${size} elements`);
    }
    return index < 0 ? index + size : index;
  });
}

/** Neighbours in order are a slice; indices without axes, or with several, change the shape behind that. */
export const importGather: Importer = (node) => {
  const input = node.shape(0);
  const axis = toAxis(node.attributes.int("axis") ?? 0, input.length);
  const indices = readIndices(node, axis, input[axis]!);
  const inner = node.needConstant(1).shape;
  if (indices.length === 0) throw new ModelError("takes no elements; a value without elements is not supported");
  const [start] = indices as [number];
  const isRun = indices.every((index, i) => index === start + i);
  const runAttrs = { axes: [axis], starts: [start], ends: [start + indices.length], steps: [1] };
  const x = [node.value(0)];
  if (inner.length === 1) return isRun ? node.emit("slice", runAttrs, x) : node.emit("gather", { axis, indices }, x);
  const taken = isRun ? node.step("slice", runAttrs, x) : node.step("gather", { axis, indices }, x);
  const shape = [...input.slice(0, axis), ...inner, ...input.slice(axis + 1)];
  const batchStays = axis > 0 && shape.length > 0;
  node.emit("reshape", { shape: shape.map((size, i) => (batchStays && i === 0 ? 0 : size)) }, [taken]);
};

export const exportGather: Exporter<"gather"> = ({ attrs, inputs, outputs, name }, scope) => {
  const indices = scope.ints(`${name}_indices`, attrs.indices);
  scope.add("Gather", [inputs[0]!, indices], outputs[0]!, name, [intAttribute("axis", attrs.axis)]);
};
