import { ModelError } from "../../errors.js";
import { floatAttribute, intAttribute } from "../attributes.js";
import { makeConstant } from "../constant.js";
import type { Exporter } from "../export-scope.js";
import { atChannels, emitNorm, withLists } from "../normalised.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** Before opset 21 there is one number a group; each channel of a group gets it. */
function forChannels(node: OnnxNode, input: number, channels: number): string {
  const parameter = node.constant(input);
  if (node.opset >= 21 || node.shape(input)[0] === channels) return node.value(input);
  if (!parameter)
    throw new ModelError(`input ${input} is computed by the network; one number a group must be a constant`);
  const perGroup = channels / parameter.data.length;
  const expanded = makeConstant(parameter.kind, [channels], (c) => parameter.data[Math.floor(c / perGroup)]!);
  return node.define(`${node.value(input)}_channels`, expanded);
}

export const importGroupNormalization: Importer = (node) => {
  const channels = node.shape(0)[1] ?? 0;
  const groups = node.attributes.int("num_groups") ?? 0;
  const epsilon = node.attributes.float("epsilon") ?? 1e-5;
  if (groups < 1 || channels % groups !== 0) {
    throw new ModelError(`num_groups is ${groups}, expected a divisor of ${channels} channels`);
  }
  const parameters = [forChannels(node, 1, channels), forChannels(node, 2, channels)];
  if (groups === channels) emitNorm(node, "instance-norm", { epsilon }, parameters, atChannels(node));
  else emitNorm(node, "group-norm", { groups, epsilon }, parameters, atChannels(node));
};

export const exportGroupNormalization: Exporter<"group-norm"> = (node, scope) => {
  scope.add("GroupNormalization", withLists(node, scope), node.outputs[0]!, node.name, [
    intAttribute("num_groups", node.attrs.groups),
    floatAttribute("epsilon", node.attrs.epsilon),
  ]);
};
