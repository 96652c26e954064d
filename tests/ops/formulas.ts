/** Shapes that every operator of one formula is tested on. */
import type { Graph } from "../../src/graph/graph.js";
import type { AttrsOf, OpName } from "../../src/ops/index.js";
import { range, single, value } from "./oracle.js";

export function formulaCases<K extends OpName>(op: K, attrs: AttrsOf<K>): Readonly<Record<string, readonly Graph[]>> {
  const on = (shape: readonly number[]) => single(op, attrs, value(...shape));
  return {
    "sizes around whole vectors": [...range(1, 9), 31, 32, 33].map((n) => on([n])),
    "any number of axes": [[], [2, 3], [2, 3, 4], [3, 2, 5, 7], [2, 2, 2, 2, 3]].map(on),
  };
}
