/** Pairs of shapes that every operator on two inputs is tested on: all ways to broadcast, on either side. */
import type { Graph } from "../../src/graph/graph.js";
import type { OpName } from "../../src/ops/index.js";
import { constant, type Operand, range, single, value } from "./oracle.js";

type BinaryName = Extract<OpName, "sub" | "div" | "min" | "max" | "pow" | "prelu">;
const whole = [2, 3, 4, 5] as const;
const PARTS = [[], [1], [5], [4, 1], [3, 1, 1], [2, 1, 1, 1], [2, 3, 1, 1], [2, 3, 4, 1], [1, 3, 1, 5], [2, 1, 4, 1]];

export function broadcastCases(op: BinaryName): Readonly<Record<string, readonly Graph[]>> {
  const on = (a: Operand, b: Operand) => single(op, {}, a, b);
  const right = (part: readonly number[]) => [
    on(value(...whole), value(...part)),
    on(value(...whole), constant(...part)),
  ];
  return {
    "sizes around whole vectors": range(1, 17).map((n) => on(value(1, n), value(1, n))),
    "planes around whole vectors": range(1, 9).map((n) => on(value(2, 3, n), value(2, 3, 1))),
    "the right operand is broadcast": PARTS.flatMap(right),
    "a constant as large as the value": [on(value(...whole), constant(...whole))],
  };
}

/** For operators whose left operand may be the smaller one. */
export function reversedCases(op: BinaryName): Readonly<Record<string, readonly Graph[]>> {
  const on = (a: Operand, b: Operand) => single(op, {}, a, b);
  return {
    "the left operand is broadcast": PARTS.flatMap((part) => [
      on(value(...part), value(...whole)),
      on(constant(...part), value(...whole)),
    ]),
    "both are broadcast": [
      on(value(2, 1, 4, 1), value(1, 3, 1, 5)),
      on(value(2, 1, 4, 1), constant(1, 3, 1, 5)),
      on(constant(2, 1, 4, 1), value(1, 3, 1, 5)),
      on(value(1, 3), value(2, 1)),
      on(constant(3, 1), value(1)),
      on(value(), constant(2)),
    ],
    "the left operand is a constant as large as the value": [on(constant(...whole), value(...whole))],
  };
}
