/** Reductions of constants. */
import { broadcastIndex } from "../../ops/broadcast.js";
import { reducedShapes } from "../../ops/reduce-mean.js";
import { allocate, type Constant } from "../constant.js";
import type { OnnxNode } from "../onnx-node.js";
import { readReduction } from "../ops/reduce-mean.js";
import type { Fold } from "./index.js";

type Combine = (sofar: number, next: number) => number;

function reduce(node: OnnxNode, start: number, f: Combine): Constant {
  const { kind, shape, data } = node.needConstant(0);
  const attrs = readReduction(node);
  if (!attrs) return { kind, shape, data };
  const { kept, result } = reducedShapes(attrs, shape);
  const to = broadcastIndex(shape, kept);
  const reduced = allocate(kind, result).fill(start);
  data.forEach((value: number, i: number) => {
    const at = to(i);
    reduced[at] = f(reduced[at]!, value);
  });
  return { kind, shape: result, data: reduced };
}

export const REDUCTIONS: Readonly<Record<string, Fold>> = {
  ReduceSum: (node) => reduce(node, 0, (a, b) => a + b),
  ReduceProd: (node) => reduce(node, 1, (a, b) => a * b),
  ReduceMin: (node) => reduce(node, Infinity, Math.min),
  ReduceMax: (node) => reduce(node, -Infinity, Math.max),
};
