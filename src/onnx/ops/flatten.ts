import { ModelError } from "../../errors.js";
import { intAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

export const importFlatten: Importer = (node) => {
  const rank = node.shape(0).length;
  const axis = node.attributes.int("axis") ?? 1;
  // Unlike elsewhere the rank itself is allowed: everything is in front of it.
  if (axis < -rank || axis > rank) throw new ModelError(`axis ${axis} of a value with ${rank} axes`);
  node.emit("flatten", { axis: axis < 0 ? axis + rank : axis }, [node.value(0)]);
};

export const exportFlatten: Exporter<"flatten"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("Flatten", inputs, outputs[0]!, name, [intAttribute("axis", attrs.axis)]);
};
