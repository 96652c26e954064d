import { ModelError } from "../../errors.js";
import { readAxes } from "../axes.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { emitOrigins, type Origins } from "../origins.js";

/** Without axes all those of size 1 go. */
export function squeezed(node: OnnxNode): Origins {
  const input = node.shape(0);
  const ones = input.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const axes = readAxes(node, input.length) ?? ones;
  const wide = axes.find((axis) => input[axis] !== 1);
  if (wide !== undefined) throw new ModelError(`cannot drop axis ${wide}, which has ${input[wide]} elements`);
  return input.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
}

export const importSqueeze: Importer = (node) => emitOrigins(node, squeezed(node));
