import { intAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";
import { poolAttributes, readPool } from "../pool.js";

export const importAveragePool: Importer = (node) => {
  const countPadding = node.attributes.int("count_include_pad") === 1;
  node.emit("average-pool", { ...readPool(node), countPadding }, [node.value(0)]);
};

export const exportAveragePool: Exporter<"average-pool"> = ({ attrs, inputs, outputs, name }, scope) => {
  const count = intAttribute("count_include_pad", Number(attrs.countPadding));
  scope.add("AveragePool", inputs, outputs[0]!, name, [...poolAttributes(attrs), count]);
};
