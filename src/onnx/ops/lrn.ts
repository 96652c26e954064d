import { ModelError } from "../../errors.js";
import { floatAttribute, intAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

export const importLrn: Importer = (node) => {
  const size = node.attributes.int("size");
  if (size === undefined) throw new ModelError('attribute "size" is missing');
  const alpha = node.attributes.float("alpha") ?? 1e-4;
  const beta = node.attributes.float("beta") ?? 0.75;
  node.emit("lrn", { size, alpha, beta, bias: node.attributes.float("bias") ?? 1 }, [node.value(0)]);
};

export const exportLrn: Exporter<"lrn"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("LRN", inputs, outputs[0]!, name, [
    intAttribute("size", attrs.size),
    floatAttribute("alpha", attrs.alpha),
    floatAttribute("beta", attrs.beta),
    floatAttribute("bias", attrs.bias),
  ]);
};
