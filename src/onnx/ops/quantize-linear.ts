import type { Importer } from "../onnx-node.js";
import { emitDynamic, emitQuantised, readQuantisation, realValue } from "../quantised.js";

export const importQuantizeLinear: Importer = (node) => {
  emitQuantised(node, node.value(0), readQuantisation(node, 1, 2), node.name);
};

export const importDequantizeLinear: Importer = (node) => {
  node.emit("identity", {}, [realValue(node, 0, readQuantisation(node, 1, 2), 0)]);
};

export const importDynamicQuantizeLinear: Importer = (node) => emitDynamic(node);
