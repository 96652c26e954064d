import { ModelError } from "../../errors.js";
import type { Shape } from "../../graph/graph.js";
import { reshape } from "../../ops/reshape.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { findShuffle } from "../shuffle.js";

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
  const attrs = { shape: copyBatch(readTarget(node), node.shape(0)) };
  const [output] = reshape.infer(attrs, [node.shape(0)]);
  const shuffle = findShuffle(node.value(0), output!, node.scope);
  if (!shuffle) return node.emit("reshape", attrs, [node.value(0)]);
  node.emit("gather", { axis: shuffle.axis, indices: shuffle.indices }, [shuffle.source]);
};

export const exportReshape: Exporter<"reshape"> = ({ attrs, inputs, outputs, name }, scope) => {
  scope.add("Reshape", [inputs[0]!, scope.ints(`${name}_shape`, attrs.shape)], outputs[0]!, name);
};
