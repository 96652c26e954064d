import { intsAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

export const importTranspose: Importer = (node) => {
  const reversed = node.shape(0).map((_, axis, shape) => shape.length - 1 - axis);
  const permutation = node.attributes.ints("perm") ?? reversed;
  node.emit("transpose", { permutation }, [node.value(0)]);
};

export const exportTranspose: Exporter<"transpose"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("Transpose", inputs, outputs[0]!, name, [intsAttribute("perm", attrs.permutation)]);
};
