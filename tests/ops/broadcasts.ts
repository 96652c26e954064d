/** Pairs of shapes that every operator on two inputs is tested on: all ways to broadcast, on either side. */
import type { Graph } from "../../src/graph/graph.js";
import type { OpName } from "../../src/ops/index.js";
import { constant, type Operand, type OperatorTests, range, single, value } from "./oracle.js";

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

/** For addition and multiplication, whose operands may change places. */
export function commutativeCases(op: "add" | "mul"): Readonly<Record<string, readonly Graph[]>> {
  const on = (...operands: readonly Operand[]) => single(op, {}, ...operands);
  return {
    "two values of one shape, around whole vectors": [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17].map((n) =>
      on(value(1, n), value(1, n)),
    ),
    "two values, every kind of broadcasting": [
      on(value(2, 3, 4, 5), value(1)),
      on(value(2, 3, 4, 5), value(5)),
      on(value(2, 3, 4, 5), value(4, 1)),
      on(value(2, 3, 4, 5), value(3, 1, 1)),
      on(value(3, 1, 1), value(2, 3, 4, 5)),
      on(value(2, 3, 4, 5), value(2, 1, 1, 1)),
      on(value(2, 3, 4, 5), value(2, 1, 4, 1)),
      on(value(2, 3, 4, 5), value(1, 3, 1, 5)),
      on(value(2, 1, 4, 1), value(1, 3, 1, 5)),
      on(value(1, 3), value(2, 1)),
      on(value(2, 1, 3, 1, 2), value(1, 4, 1, 5, 1)),
      on(value(6), value(1, 1, 6)),
      on(value(), value(2, 2)),
      on(value(), value()),
    ],
    "a value and a constant, on either side": [
      on(value(2, 3, 4, 5), constant(2, 3, 4, 5)),
      on(constant(2, 3, 4, 5), value(2, 3, 4, 5)),
      on(value(2, 3, 4, 5), constant(3, 1, 1)),
      on(constant(1, 3, 1, 1), value(2, 3, 4, 5)),
      on(value(2, 3, 4, 5), constant(1)),
      on(value(2, 3, 4, 5), constant()),
      on(value(2, 3, 4, 5), constant(1, 1, 1, 1)),
      on(value(2, 3, 4, 5), constant(5)),
      on(value(2, 3, 4, 3), constant(3)),
      on(value(2, 3, 4, 5), constant(4, 1)),
      on(value(2, 3, 4, 5), constant(2, 1, 1, 1)),
      on(value(1, 1, 4, 5), constant(3, 1, 1)),
      on(value(1, 3, 1, 1), constant(2, 3, 4, 5)),
      on(value(3), constant(2, 3)),
      on(value(2, 3), constant(3)),
      on(value(7), constant(1)),
      on(value(), constant(3)),
      on(value(3), constant(1, 1, 3)),
    ],
  };
}

/** Shapes that do not broadcast. */
export const NOT_BROADCAST: NonNullable<OperatorTests<"add" | "mul">["refused"]> = [
  [{}, [[2, 3], [2]], /2x3 and 2 do not broadcast/],
  [
    {},
    [
      [2, 3],
      [3, 3],
    ],
    /do not broadcast/,
  ],
];
