import { scalar } from "../constant.js";
import type { Exporter } from "../export-scope.js";
import { emitNorm, normAttributes, readLastAxes, withScale } from "../normalised.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

export const importLayerNormalization: Importer = (node) => {
  const attrs = readLastAxes(node);
  emitNorm(node, "layer-norm", attrs, [node.value(1), ...node.values(2, 2)]);
  if (node.outputs[1] || node.outputs[2]) emitStatistics(node, attrs.axis, attrs.epsilon);
};

/** The second and third output, which are there for training: mean, and 1 / sqrt(variance + epsilon). */
function emitStatistics(node: OnnxNode, axis: number, epsilon: number): void {
  const rank = node.shape(0).length;
  const over = { axes: Array.from({ length: rank - axis }, (_, i) => axis + i), keepDims: true };
  const mean = node.step("reduce-mean", over, [node.value(0)]);
  if (node.outputs[1]) node.emit("identity", {}, [mean], 1);
  if (!node.outputs[2]) return;
  const centred = node.step("sub", {}, [node.value(0), mean]);
  const variance = node.step("reduce-mean", over, [node.step("mul", {}, [centred, centred])]);
  const safe = node.step("add", {}, [variance, node.define(`${node.name}_epsilon`, scalar("float", epsilon))]);
  node.emit("reciprocal", {}, [node.step("sqrt", {}, [safe])], 2);
}

/** ONNX has a scale in any case, as long as the axes. */
export const exportLayerNormalization: Exporter<"layer-norm"> = (node, scope) => {
  scope.add("LayerNormalization", withScale(node, scope), node.outputs[0]!, node.name, normAttributes(node.attrs));
};
