/** What every reduction is tried on. */
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import type { AttrsOf, OpName } from "../../src/ops/index.js";
import { type OperatorTests, range, tensor } from "./oracle.js";

type Reduction = Extract<OpName, `reduce-${string}`>;
type Attrs = AttrsOf<"reduce-sum">;

/** Every non-empty set of the first `rank` axes, increasing. */
const subsets = (rank: number) =>
  range(1, 2 ** rank - 1).map((bits) => range(0, rank - 1).filter((axis) => (bits >> axis) & 1));

/** `positive`: of numbers that are not near 0, where a logarithm magnifies errors. */
export function reductionCases(op: Reduction, positive = false): Readonly<Record<string, readonly Graph[]>> {
  const reduced = (attrs: Attrs, ...shape: number[]): Graph => {
    const b = new GraphBuilder(1);
    const x = b.input("x0", shape);
    const from = positive ? b.node("p", "clip", { min: 0.5, max: Infinity }, [x]) : x;
    return b.build(`${op} ${JSON.stringify(attrs)} of ${shape.join("x")}`, [b.node("y", op, attrs, [from])]);
  };
  const clipped = (attrs: Attrs, ...shape: number[]): Graph => {
    const b = new GraphBuilder(1);
    const sum = b.node("s", op, attrs, [b.input("x0", shape)]);
    return b.build(`${op} and clip of ${shape.join("x")}`, [b.node("y", "clip", { min: -0.5, max: 0.5 }, [sum])]);
  };
  return {
    "every set of axes, neighbours or not": subsets(4).flatMap((axes) =>
      [true, false].map((keepDims) => reduced({ axes, keepDims }, 2, 3, 4, 5)),
    ),
    "sizes around whole vectors": range(1, 9).flatMap((n) => [
      reduced({ axes: [1], keepDims: false }, 3, n),
      reduced({ axes: [0], keepDims: false }, n, 3),
      reduced({ axes: [1], keepDims: false }, 2, 3, n),
    ]),
    "a clip in the same step": positive
      ? []
      : [clipped({ axes: [1], keepDims: true }, 2, 5), clipped({ axes: [0, 2], keepDims: false }, 2, 5, 3)],
  };
}

/**
 * Of a reduction with attributes like those of most: what it makes of 1, 3 and 2, 6, and what of 1, 2, 5, 6 and 3, 4, 7, 8, as
 * worked out by hand.
 */
export function reductionTests(
  op: Exclude<Reduction, "reduce-mean">,
  ofPairs: readonly [number, number],
  ofFours: readonly [number, number],
  positive = false,
): OperatorTests<Exclude<Reduction, "reduce-mean">> {
  return {
    meanings: [
      {
        attrs: { axes: [0], keepDims: false },
        inputs: [tensor([2, 2], 1, 2, 3, 6)],
        output: tensor([2], ...ofPairs),
      },
      {
        attrs: { axes: [0, 2], keepDims: true },
        inputs: [tensor([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
        output: tensor([1, 2, 1], ...ofFours),
      },
    ],
    cases: reductionCases(op, positive),
    refused: [
      [{ axes: [2], keepDims: true }, [[2, 3]], /axes \[2\] of an input with 2 axes/],
      [{ axes: [], keepDims: true }, [[2, 3]], /axes \[\] of an input/],
    ],
  };
}
