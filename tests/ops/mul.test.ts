import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { commutativeCases, NOT_BROADCAST } from "./broadcasts.js";
import { checkAll, operatorSuite, single, tensor, value } from "./oracle.js";

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
  cases: commutativeCases("mul"),
  refused: NOT_BROADCAST,
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
