/** Exporters write channel shuffle as reshape, transpose, reshape: a permutation of one axis, which is what the graph holds. */
import { type Node, sameShape, type Shape, sizeOf } from "../graph/graph.js";
import { offsetsOf, stridesOf } from "../graph/strides.js";
import { isOp } from "../ops/index.js";
import type { ImportScope } from "./import-scope.js";

export interface Shuffle {
  readonly source: string;
  readonly axis: number;
  readonly indices: readonly number[];
}

/** What a reshape of `value` to `output` is, together with a transpose and a reshape in front, if they permute one axis. */
export function findShuffle(value: string, output: Shape, scope: ImportScope): Shuffle | undefined {
  const moved = producer(value, scope);
  const split = moved && producer(moved.inputs[0]!, scope);
  if (!isOp(moved, "transpose") || !isOp(split, "reshape")) return undefined;
  const source = split.inputs[0]!;
  const parts = scope.shape(split.outputs[0]!);
  const { permutation } = moved.attrs;
  const first = permutation.findIndex((axis, i) => axis !== i);
  const last = permutation.findLastIndex((axis, i) => axis !== i);
  if (first < 0 || !sameShape(scope.shape(source), output)) return undefined;
  const [outer, width] = [sizeOf(parts.slice(0, first)), sizeOf(parts.slice(first, last + 1))];
  const axis = output.findIndex((size, i) => size === width && sizeOf(output.slice(0, i)) === outer);
  if (axis < 1) return undefined;
  const permuted = permutation.slice(first, last + 1);
  const strides = stridesOf(parts.slice(0, last + 1));
  const from = offsetsOf(
    permuted.map((part) => parts[part]!),
    permuted.map((part) => strides[part]!),
  );
  return { source, axis, indices: Array.from({ length: width }, (_, i) => from(i)) };
}

function producer(value: string, scope: ImportScope): Node | undefined {
  return scope.nodes.findLast(({ outputs }) => outputs.includes(value));
}
