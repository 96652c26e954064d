/** Axes as ONNX writes them: negative ones count from the end. */
import { ModelError } from "../errors.js";
import type { OnnxNode } from "./onnx-node.js";

export function toAxis(axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || counted < 0 || counted >= rank) {
    throw new ModelError(`axis ${axis} of a value with ${rank} axes`);
  }
  return counted;
}

export function toAxes(axes: readonly number[], rank: number): number[] {
  const counted = axes.map((axis) => toAxis(axis, rank)).sort((a, b) => a - b);
  if (new Set(counted).size !== counted.length) throw new ModelError(`axes ${axes.join(", ")}: one occurs twice`);
  return counted;
}

/** `axes`, which older opsets hold as an attribute and newer ones as input 1; increasing. Undefined where there are none. */
export function readAxes(node: OnnxNode, rank: number): number[] | undefined {
  const axes = node.attributes.ints("axes") ?? node.numbers(1);
  return axes && toAxes(axes, rank);
}
