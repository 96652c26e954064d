import { intAttribute } from "../attributes.js";
import { toAxis } from "../axes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

type Softmax = "log-softmax" | "softmax";

/** Before opset 13: over all axes from `axis` on, together. */
function importJoint(node: OnnxNode, op: Softmax): void {
  const shape = node.shape(0);
  const axis = toAxis(node.attributes.int("axis") ?? 1, shape.length);
  const wide = shape.flatMap((size, i) => (i >= axis && size > 1 ? [i] : []));
  if (wide.length <= 1) return node.emit(op, { axis: wide[0] ?? axis }, [node.value(0)]);
  const rows = node.step("flatten", { axis }, [node.value(0)]);
  const normalised = node.step(op, { axis: 1 }, [rows]);
  node.emit("reshape", { shape: [-1, ...shape.slice(1)] }, [normalised]);
}

const importAs =
  (op: Softmax): Importer =>
  (node) => {
    if (node.opset < 13) return importJoint(node, op);
    const axis = toAxis(node.attributes.int("axis") ?? -1, node.shape(0).length);
    node.emit(op, { axis }, [node.value(0)]);
  };

export const importSoftmax = importAs("softmax");
export const importLogSoftmax = importAs("log-softmax");

export const exportSoftmax: Exporter<"softmax"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("Softmax", inputs, outputs[0]!, name, [intAttribute("axis", attrs.axis)]);
};

export const exportLogSoftmax: Exporter<"log-softmax"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("LogSoftmax", inputs, outputs[0]!, name, [intAttribute("axis", attrs.axis)]);
};
