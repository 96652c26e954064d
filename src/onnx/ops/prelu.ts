import type { Importer } from "../onnx-node.js";
import { alignedAt } from "../operands.js";

/** Before opset 7 a list of slopes is one for each channel. */
export const importPRelu: Importer = (node) => {
  const [shape, slopes] = [node.shape(0), node.shape(1)];
  const isPerChannel = node.opset < 7 && slopes.length === 1 && slopes[0] === shape[1];
  const slope = isPerChannel ? alignedAt(node, 1, 1, shape.length) : node.floatValue(1);
  node.emit("prelu", {}, [node.floatValue(0), slope]);
};
