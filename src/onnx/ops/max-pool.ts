import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";
import { poolAttributes, readPool } from "../pool.js";

/** `storage_order` only concerns the second output, which nobody may read here. */
export const importMaxPool: Importer = (node) => node.emit("max-pool", readPool(node), [node.value(0)]);

export const exportMaxPool: Exporter<"max-pool"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("MaxPool", inputs, outputs[0]!, name, poolAttributes(attrs));
};
