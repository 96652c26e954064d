import { ModelError } from "../../errors.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** All axes behind axis 1 reduced to size 1. */
function overPlanes(node: OnnxNode, op: "reduce-l1" | "reduce-l2" | "reduce-max"): void {
  const shape = node.shape(0);
  if (shape.length < 3) throw new ModelError(`expected an input with 3 axes or more, got ${shape.length}`);
  node.emit(op, { axes: shape.map((_, axis) => axis).slice(2), keepDims: true }, [node.value(0)]);
}

export const importGlobalMaxPool: Importer = (node) => overPlanes(node, "reduce-max");

export const importGlobalLpPool: Importer = (node) => {
  const p = node.attributes.int("p") ?? 2;
  if (p !== 1 && p !== 2) throw new ModelError(`p = ${p} is not supported, only 1 and 2`);
  overPlanes(node, p === 1 ? "reduce-l1" : "reduce-l2");
};
