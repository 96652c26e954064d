/** Reductions of constants. */
import { sizeOf } from "../../graph/graph.js";
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
  const strides = kept.map((size, axis) => (size === 1 ? 0 : sizeOf(kept.slice(axis + 1))));
  const reduced = allocate(kind, result).fill(start);
  data.forEach((value: number, i: number) => {
    let to = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      to += (i % shape[axis]!) * strides[axis]!;
      i = Math.floor(i / shape[axis]!);
    }
    reduced[to] = f(reduced[to]!, value);
  });
  return { kind, shape: result, data: reduced };
}

export const REDUCTIONS: Readonly<Record<string, Fold>> = {
  ReduceSum: (node) => reduce(node, 0, (a, b) => a + b),
  ReduceProd: (node) => reduce(node, 1, (a, b) => a * b),
  ReduceMin: (node) => reduce(node, Infinity, Math.min),
  ReduceMax: (node) => reduce(node, -Infinity, Math.max),
};
