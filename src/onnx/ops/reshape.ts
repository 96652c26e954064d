import { ModelError } from "../../errors.js";
import type { Shape } from "../../graph/graph.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** The target as the model has it: 0 copies, -1 takes what is left. */
export function readTarget(node: OnnxNode): number[] {
  const target = node.numbers(1);
  if (!target) throw new ModelError("input 1 (the target shape) is missing");
  if (target.some((size) => size < -1 || !Number.isInteger(size)) || target.filter((size) => size === -1).length > 1) {
    throw new ModelError(`[${target.join(", ")}] is not a target shape`);
  }
  if (node.attributes.int("allowzero") && target.includes(0)) throw new ModelError("a value without elements");
  return target;
}

/** A first entry that says what the input has there is the batch: it is copied, so that other batch sizes work. */
export function copyBatch(target: readonly number[], input: Shape): number[] {
  return target.map((size, axis) => (axis === 0 && size === input[0] ? 0 : size));
}

export const importReshape: Importer = (node) => {
  node.emit("reshape", { shape: copyBatch(readTarget(node), node.shape(0)) }, [node.value(0)]);
};

export const exportReshape: Exporter<"reshape"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("Reshape", [inputs[0]!, scope.ints(`${name}_shape`, attrs.shape)], outputs[0]!, name);
};
