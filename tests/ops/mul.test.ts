import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { checkAll, constant, operatorSuite, single, tensor, value } from "./oracle.js";

const mul = (...operands: Parameters<typeof single>[2][]) => single("mul", {}, ...operands);

const test = operatorSuite("mul", {
  meanings: [
    { attrs: {}, inputs: [tensor([3], 1, -2, 3), tensor([3], 10, 20, 30)], output: tensor([3], 10, -40, 90) },
    {
      attrs: {},
      inputs: [tensor([2, 1], 1, 2), tensor([3], 10, 20, 30)],
      output: tensor([2, 3], 10, 20, 30, 20, 40, 60),
    },
  ],
  cases: {
    "two values of one shape, around whole vectors": [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17].map((n) =>
      mul(value(1, n), value(1, n)),
    ),
    "two values, every kind of broadcasting": [
      mul(value(2, 3, 4, 5), value(1)),
      mul(value(2, 3, 4, 5), value(5)),
      mul(value(2, 3, 4, 5), value(4, 1)),
      mul(value(2, 3, 4, 5), value(3, 1, 1)),
      mul(value(3, 1, 1), value(2, 3, 4, 5)),
      mul(value(2, 3, 4, 5), value(2, 1, 1, 1)),
      mul(value(2, 3, 4, 5), value(2, 1, 4, 1)),
      mul(value(2, 3, 4, 5), value(1, 3, 1, 5)),
      mul(value(2, 1, 4, 1), value(1, 3, 1, 5)),
      mul(value(1, 3), value(2, 1)),
      mul(value(2, 1, 3, 1, 2), value(1, 4, 1, 5, 1)),
      mul(value(6), value(1, 1, 6)),
      mul(value(), value(2, 2)),
      mul(value(), value()),
    ],
    "a value and a constant, on either side": [
      mul(value(2, 3, 4, 5), constant(2, 3, 4, 5)),
      mul(constant(2, 3, 4, 5), value(2, 3, 4, 5)),
      mul(value(2, 3, 4, 5), constant(3, 1, 1)),
      mul(constant(1, 3, 1, 1), value(2, 3, 4, 5)),
      mul(value(2, 3, 4, 5), constant(1)),
      mul(value(2, 3, 4, 5), constant()),
      mul(value(2, 3, 4, 5), constant(1, 1, 1, 1)),
      mul(value(2, 3, 4, 5), constant(5)),
      mul(value(2, 3, 4, 3), constant(3)),
      mul(value(2, 3, 4, 5), constant(4, 1)),
      mul(value(2, 3, 4, 5), constant(2, 1, 1, 1)),
      mul(value(1, 1, 4, 5), constant(3, 1, 1)),
      mul(value(1, 3, 1, 1), constant(2, 3, 4, 5)),
      mul(value(3), constant(2, 3)),
      mul(value(2, 3), constant(3)),
      mul(value(7), constant(1)),
      mul(value(), constant(3)),
      mul(value(3), constant(1, 1, 3)),
    ],
  },
  refused: [
    [{}, [[2, 3], [2]], /2x3 and 2 do not broadcast/],
    [
      {},
      [
        [2, 3],
        [3, 3],
      ],
      /do not broadcast/,
    ],
  ],
});

/** Times ones, which is how a value is broadcast, with a clip behind it that joins the step. */
function expanded(from: readonly number[], ones: readonly number[], clipped: boolean): Graph {
  const b = new GraphBuilder(1);
  const x = b.input("x0", from);
  const y = b.node("y", "mul", {}, [x, b.constant("ones", ones, () => 1)]);
  return b.build(`${from} times ones`, [clipped ? b.node("z", "clip", { min: -0.5, max: 0.5 }, [y]) : y]);
}

test("times ones is a broadcast", () =>
  checkAll(
    [false, true].flatMap((clipped) => [
      expanded([2, 3, 1, 1], [4, 5], clipped),
      expanded([3, 1], [2, 1, 4], clipped),
      expanded([2, 3], [2, 3], clipped),
    ]),
  ));

test("one number a plane of both axes, computed", () =>
  checkAll([mul(value(2, 3, 4, 5), value(2, 3, 1, 1)), mul(value(2, 3, 1, 1), value(2, 3, 4, 5))]));

test.run();
