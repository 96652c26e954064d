/** What the operators are tried on that normalise from an axis on. */
import type { Graph } from "../../src/graph/graph.js";
import { constant, type OperatorTests, range, single, value } from "./oracle.js";

type RowNorm = "layer-norm" | "rms-norm";

/** With so many parameters of one shape: a scale, and a bias. */
export function rowNormCases(op: RowNorm, parameters: 1 | 2): Readonly<Record<string, readonly Graph[]>> {
  const norm = (axis: number, shape: readonly number[], s: readonly number[] = shape.slice(axis)) =>
    single(op, { axis, epsilon: 1e-3 }, value(...shape), ...Array.from({ length: parameters }, () => constant(...s)));
  return {
    "from every axis on": range(0, 3).map((axis) => norm(axis, [2, 3, 4, 5])),
    "rows around whole vectors": [...range(1, 9), 15, 16, 17].map((n) => norm(1, [3, n])),
    "parameters that are broadcast": [
      norm(1, [2, 3, 4], [3, 1]),
      norm(1, [2, 3, 4], [4]),
      norm(1, [2, 3, 4], [1]),
      norm(2, [2, 3, 4], [1]),
    ],
    "without parameters": [single(op, { axis: 1, epsilon: 0.1 }, value(3, 10))],
    "long rows": [norm(1, [2, 4999])],
  };
}

export const ROW_NORM_REFUSALS: NonNullable<OperatorTests<RowNorm>["refused"]> = [
  [{ axis: 2, epsilon: 0 }, [[2, 3]], /axis 2 of an input with 2 axes/],
  [{ axis: 1, epsilon: 0 }, [[2, 3], [2]], /2/],
  [{ axis: 1, epsilon: 0 }, [[2, 1], [2]], /a parameter of shape 2 does not fit 1/],
];
