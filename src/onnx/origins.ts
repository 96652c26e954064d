/** Squeeze and Unsqueeze as reshapes that keep the batch free. */
import type { Shape } from "../graph/graph.js";
import type { OnnxNode } from "./onnx-node.js";

/** Which axis of the input each axis of the output is; undefined for a new one of size 1. */
export type Origins = readonly (number | undefined)[];

export function shapeOf(origins: Origins, input: Shape): Shape {
  return origins.map((axis) => (axis === undefined ? 1 : input[axis]!));
}

/** The batch, axis 0 of the input, is copied where it stays in front and takes what is left where it moves back. */
export function emitOrigins(node: OnnxNode, origins: Origins): void {
  const shape = shapeOf(origins, node.shape(0)).map((size, axis) =>
    origins[axis] === 0 ? (axis === 0 ? 0 : -1) : size,
  );
  node.emit("reshape", { shape }, [node.value(0)]);
}
