import { ModelError } from "../../errors.js";
import { intAttribute } from "../attributes.js";
import { toAxis } from "../axes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

export const importConcat: Importer = (node) => {
  const axis = node.attributes.int("axis");
  if (axis === undefined) throw new ModelError('attribute "axis" is missing');
  const inputs = node.inputs.map((_, i) => node.value(i));
  node.emit("concat", { axis: toAxis(axis, node.shape(0).length) }, inputs);
};

export const exportConcat: Exporter<"concat"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("Concat", inputs, outputs[0]!, name, [intAttribute("axis", attrs.axis)]);
};
