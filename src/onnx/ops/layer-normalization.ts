import type { Exporter } from "../export-scope.js";
import { emitNorm, normAttributes, readLastAxes, withScale } from "../normalised.js";
import type { Importer } from "../onnx-node.js";

export const importLayerNormalization: Importer = (node) => {
  emitNorm(node, "layer-norm", readLastAxes(node), [node.value(1), ...node.values(2, 2)]);
};

/** ONNX has a scale in any case, as long as the axes. */
export const exportLayerNormalization: Exporter<"layer-norm"> = (node, scope) => {
  scope.add("LayerNormalization", withScale(node, scope), node.outputs[0]!, node.name, normAttributes(node.attrs));
};
