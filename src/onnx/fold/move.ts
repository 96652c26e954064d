/** Rearrangements of constants that allow what a graph does not: integers, lists without elements, indices. */
import { ModelError } from "../../errors.js";
import { type Shape, sizeOf } from "../../graph/graph.js";
import { broadcastIndex, broadcastShape } from "../../ops/broadcast.js";
import { slicedIndex, sliceRanges } from "../../ops/slice.js";
import { toAxis } from "../axes.js";
import { type Constant, makeConstant, reshaped } from "../constant.js";
import type { OnnxNode } from "../onnx-node.js";
import { shapeOf } from "../origins.js";
import { readTarget } from "../ops/reshape.js";
import { readSlice } from "../ops/slice.js";
import { squeezed } from "../ops/squeeze.js";
import { unsqueezed } from "../ops/unsqueeze.js";
import type { Fold } from "./index.js";

function reshape(node: OnnxNode): Constant {
  const input = node.needConstant(0);
  const copied = readTarget(node).map((size, axis) => (size === 0 ? (input.shape[axis] ?? 0) : size));
  const known = sizeOf(copied.filter((size) => size !== -1));
  return reshaped(
    input,
    copied.map((size) => (size === -1 ? (known === 0 ? 0 : input.data.length / known) : size)),
  );
}

function slice(node: OnnxNode): Constant {
  const { kind, shape, data } = node.needConstant(0);
  const attrs = readSlice(node, shape);
  const from = slicedIndex(attrs, shape);
  const result = sliceRanges(attrs, shape).map(({ count }) => count);
  return makeConstant(kind, result, (i) => data[from(i)]!);
}

/** The slices of input 0 along an axis whose numbers stand in input 1; negative ones count from the end. */
function gather(node: OnnxNode): Constant {
  const { kind, shape, data } = node.needConstant(0);
  const indices = node.needConstant(1);
  const axis = toAxis(node.attributes.int("axis") ?? 0, shape.length);
  const size = shape[axis]!;
  const wrong = indices.data.find((index) => !(index >= -size && index < size));
  if (wrong !== undefined) throw new ModelError(`index ${wrong} of axis ${axis}, which has ${size} elements`);
  const inner = sizeOf(shape.slice(axis + 1));
  const count = indices.data.length;
  const result: Shape = [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)];
  return makeConstant(kind, result, (i) => {
    const index = indices.data[Math.floor(i / inner) % count]!;
    const outer = Math.floor(i / inner / count);
    return data[(outer * size + (index < 0 ? index + size : index)) * inner + (i % inner)]!;
  });
}

function expand(node: OnnxNode): Constant {
  const { kind, shape, data } = node.needConstant(0);
  const result = broadcastShape(shape, node.numbers(1) ?? []);
  const from = broadcastIndex(result, shape);
  return makeConstant(kind, result, (i) => data[from(i)]!);
}

export const MOVES: Readonly<Record<string, Fold>> = {
  Reshape: reshape,
  Slice: slice,
  Gather: gather,
  Expand: expand,
  Squeeze: (node) => reshaped(node.needConstant(0), shapeOf(squeezed(node), node.shape(0))),
  Unsqueeze: (node) => reshaped(node.needConstant(0), shapeOf(unsqueezed(node), node.shape(0))),
};
