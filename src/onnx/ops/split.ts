import { ModelError } from "../../errors.js";
import { toAxis } from "../axes.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** Sizes of the parts: an attribute before opset 13, an input since; without them equal ones, the last one may be smaller. */
function readSizes(node: OnnxNode, axis: number): readonly number[] {
  const size = node.shape(0)[axis]!;
  const count = node.attributes.int("num_outputs") ?? node.outputs.length;
  const given = node.attributes.ints("split") ?? node.numbers(1);
  const part = Math.ceil(size / count);
  const sizes = given ?? node.outputs.map((_, i) => Math.min(part, size - i * part));
  if (sizes.length !== node.outputs.length || sizes.reduce((sum, n) => sum + n, 0) !== size) {
    throw new ModelError(
      `${size} elements of axis ${axis} do not split into [${sizes.join(", ")}] for ${node.outputs.length} outputs`,
    );
  }
  return sizes;
}

/** A slice for each output. */
export const importSplit: Importer = (node) => {
  const axis = toAxis(node.attributes.int("axis") ?? 0, node.shape(0).length);
  let start = 0;
  readSizes(node, axis).forEach((size, i) => {
    const attrs = { axes: [axis], starts: [start], ends: [start + size], steps: [1] };
    if (node.outputs[i]) node.emit("slice", attrs, [node.value(0)], i);
    start += size;
  });
};
