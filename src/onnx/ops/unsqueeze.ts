import { ModelError } from "../../errors.js";
import { toAxes } from "../axes.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { emitOrigins, type Origins } from "../origins.js";

/** The axes are counted in the output. */
export function unsqueezed(node: OnnxNode): Origins {
  const added = node.attributes.ints("axes") ?? node.numbers(1);
  if (!added) throw new ModelError("axes are missing");
  const rank = node.shape(0).length + added.length;
  const axes = toAxes(added, rank);
  let next = 0;
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? undefined : next++));
}

export const importUnsqueeze: Importer = (node) => emitOrigins(node, unsqueezed(node));
