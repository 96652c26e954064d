import { floatAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import { atChannels, emitNorm, withLists } from "../normalised.js";
import type { Importer } from "../onnx-node.js";

export const importInstanceNormalization: Importer = (node) => {
  const epsilon = node.attributes.float("epsilon") ?? 1e-5;
  emitNorm(node, "instance-norm", { epsilon }, [node.value(1), node.value(2)], atChannels(node));
};

export const exportInstanceNormalization: Exporter<"instance-norm"> = (node, scope) => {
  scope.add("InstanceNormalization", withLists(node, scope), node.outputs[0]!, node.name, [
    floatAttribute("epsilon", node.attrs.epsilon),
  ]);
};
