/**
 * ONNX operators that are computed at import where their inputs are constants: shape arithmetic, and what exporters leave
 * of the weights' preparation. Operators that a graph can hold need no entry: a graph node on constants is computed too.
 */
import type { Constant } from "../constant.js";
import type { OnnxNode } from "../onnx-node.js";
import { ELEMENTWISE } from "./elementwise.js";
import { MAKERS, SHAPE_READERS } from "./make.js";
import { MOVES } from "./move.js";
import { QUANTISATIONS } from "./quantise.js";
import { REDUCTIONS } from "./reduce.js";

/** Computes the first output. Throws a `ModelError` without a place: the caller adds the node's name. */
export type Fold = (node: OnnxNode) => Constant;

const FOLDS: ReadonlyMap<string, Fold> = new Map(
  Object.entries({ ...MAKERS, ...ELEMENTWISE, ...MOVES, ...QUANTISATIONS, ...REDUCTIONS }),
);
const ON_SHAPES: ReadonlyMap<string, Fold> = new Map(Object.entries(SHAPE_READERS));

/** How to compute this node now; undefined where it has an input that the network computes, or is not in the tables. */
export function foldFor(node: OnnxNode): Fold | undefined {
  const onShapes = ON_SHAPES.get(node.type);
  if (onShapes) return onShapes;
  const present = node.inputs.filter((name) => name !== "");
  return present.every((name) => node.scope.constant(name)) ? FOLDS.get(node.type) : undefined;
}

/** Whether the operator occurs in the tables at all. */
export function isFoldable(type: string): boolean {
  return FOLDS.has(type) || ON_SHAPES.has(type);
}
