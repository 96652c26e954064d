import { sameShape, type Shape } from "../../graph/graph.js";
import { broadcastShape } from "../../ops/broadcast.js";
import { makeConstant } from "../constant.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** This node's output is `value`, broadcast to a shape: times one, with no more ones than there are new elements to make. */
export function emitExpanded(node: OnnxNode, value: string, shape: Shape): void {
  const from = node.scope.shape(value);
  if (sameShape(from, shape)) return node.emit("identity", {}, [value]);
  const ones = shape.map((size, axis) => (from[axis - shape.length + from.length] === size ? 1 : size));
  node.emit("mul", {}, [
    value,
    node.define(
      `${node.name}_ones`,
      makeConstant("float", ones, () => 1),
    ),
  ]);
}

export const importExpand: Importer = (node) => {
  emitExpanded(node, node.value(0), broadcastShape(node.shape(0), node.numbers(1) ?? []));
};
