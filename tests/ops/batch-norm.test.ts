import { GraphBuilder } from "../../src/models/builder.js";
import { operatorSuite, range, tensor } from "./oracle.js";

function norm(...shape: number[]) {
  const b = new GraphBuilder(5);
  return b.build(`batch-norm of ${shape.join("x")}`, [b.batchNorm("y", b.input("x", shape))]);
}

const test = operatorSuite("batch-norm", {
  meanings: [
    {
      attrs: { epsilon: 1 },
      inputs: [
        tensor([1, 2, 2], 1, 3, 10, 20),
        tensor([2], 2, 1),
        tensor([2], 5, 0),
        tensor([2], 1, 10),
        tensor([2], 3, 24),
      ],
      output: tensor([1, 2, 2], 5, 7, 0, 2),
    },
  ],
  cases: {
    "planes around whole vectors": [...range(1, 9), 15, 16, 17].map((n) => norm(2, 3, n)),
    "any number of axes": [norm(2, 5), norm(3, 4, 2), norm(2, 3, 4, 5), norm(1, 2, 2, 3, 2)],
  },
  refused: [
    [{ epsilon: 0 }, [[3], [3], [3], [3], [3]], /expected an input with 2 axes or more/],
    [{ epsilon: 0 }, [[1, 3], [3], [3], [2], [3]], /a parameter has 2 elements, input has 3 channels/],
  ],
});

test.run();
