import { GraphBuilder } from "../../src/models/builder.js";
import { operatorSuite, single, tensor, value } from "./oracle.js";

/** x -> reshape -> y, and further nodes, with chosen outputs. */
function around(name: string, outputs: readonly string[]) {
  const b = new GraphBuilder(3);
  const x = b.relu("before", b.input("x", [2, 3, 4]));
  const view = b.node("view", "reshape", { shape: [6, 4] }, [x]);
  b.relu("after", b.node("second", "reshape", { shape: [4, -1] }, [view]));
  b.node("sum", "add", {}, [x, b.node("back", "reshape", { shape: [2, 3, 4] }, [view])]);
  return b.build(name, outputs);
}

const test = operatorSuite("reshape", {
  meanings: [
    { attrs: { shape: [0, -1] }, inputs: [tensor([2, 1, 2], 1, 2, 3, 4)], output: tensor([2, 2], 1, 2, 3, 4) },
    { attrs: { shape: [4] }, inputs: [tensor([2, 2], 1, 2, 3, 4)], output: tensor([4], 1, 2, 3, 4) },
  ],
  cases: {
    "sizes copied, worked out, given": [
      [0, 0, 0, 0],
      [0, -1],
      [-1],
      [24, 5],
      [1, 0, 8, 5],
      [2, 3, 2, 2, 5],
      [2, 3, 4, 5, 1, 1, 1, 1],
    ].map((shape) => single("reshape", { shape }, value(2, 3, 4, 5))),
    "to and from a single number": [
      single("reshape", { shape: [] }, value(1, 1)),
      single("reshape", { shape: [1, 1] }, value()),
    ],
    "views that are outputs, of values that are outputs": [
      around("the view is an output", ["view", "after"]),
      around("its source is an output too", ["before", "view", "sum"]),
      around("two views of one value", ["view", "second", "back"]),
      around("the view only feeds others", ["after", "sum"]),
    ],
  },
  refused: [
    [{ shape: [5] }, [[2, 3]], /2x3 cannot become 5/],
    [{ shape: [4, -1] }, [[2, 3]], /cannot become/],
    [{ shape: [0, 0, 0] }, [[2, 3]], /cannot become/],
    [{ shape: [-2, -3] }, [[2, 3]], /cannot become/],
    [{ shape: [-1, -1] }, [[1, 1]], /cannot become/],
  ],
});

test.run();
