import type { Exporter } from "../export-scope.js";
import { emitNorm, normAttributes, readLastAxes, withScale } from "../normalised.js";
import type { Importer } from "../onnx-node.js";

export const importRmsNormalization: Importer = (node) => {
  emitNorm(node, "rms-norm", readLastAxes(node), [node.value(1)]);
};

export const exportRmsNormalization: Exporter<"rms-norm"> = (node, scope) => {
  scope.add("RMSNormalization", withScale(node, scope), node.outputs[0]!, node.name, normAttributes(node.attrs));
};
