import * as assert from "uvu/assert";
import { complaint, drawInputs, operatorSuite, range, single, tensor, value } from "./oracle.js";

const third = 1 / 3;

const test = operatorSuite("softmax", {
  meanings: [
    { attrs: { axis: 0 }, inputs: [tensor([2], 0, Math.log(3))], output: tensor([2], 0.25, 0.75) },
    {
      attrs: { axis: 0 },
      inputs: [tensor([3, 2], 5, 0, 5, 0, 5, 0)],
      output: tensor([3, 2], third, third, third, third, third, third),
    },
    { attrs: { axis: 1 }, inputs: [tensor([2, 1], 1e9, -1e9)], output: tensor([2, 1], 1, 1) },
  ],
  cases: {
    "along every axis": range(0, 3).map((axis) => single("softmax", { axis }, value(2, 3, 4, 5))),
    "runs around whole vectors": range(1, 9).map((n) => single("softmax", { axis: 1 }, value(3, n))),
    "runs side by side, around whole vectors": range(1, 9).map((n) => single("softmax", { axis: 1 }, value(2, 3, n))),
    "many classes": [single("softmax", { axis: 1 }, value(1, 1000))],
  },
  refused: [[{ axis: 2 }, [[2, 3]], /axis 2 of an input with 2 axes/]],
});

for (const factor of [50, 1e4, 1e30]) {
  test(`numbers of about ${factor} neither overflow nor vanish`, async () => {
    for (const graph of [single("softmax", { axis: 1 }, value(4, 7)), single("softmax", { axis: 1 }, value(2, 7, 5))]) {
      const inputs = drawInputs(graph);
      const { shape, data } = inputs.get("x0")!;
      inputs.set("x0", { shape, data: Float32Array.from(data, (number) => number * factor) });
      assert.is(await complaint(graph, inputs), undefined);
    }
  });
}

test.run();
