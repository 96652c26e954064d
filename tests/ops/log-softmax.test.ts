import * as assert from "uvu/assert";
import { complaint, drawInputs, operatorSuite, range, single, tensor, value } from "./oracle.js";

const third = -Math.log(3);

const test = operatorSuite("log-softmax", {
  meanings: [
    { attrs: { axis: 0 }, inputs: [tensor([2], 0, Math.log(3))], output: tensor([2], -Math.log(4), Math.log(0.75)) },
    { attrs: { axis: 0 }, inputs: [tensor([3, 1], 5, 5, 5)], output: tensor([3, 1], third, third, third) },
    { attrs: { axis: 1 }, inputs: [tensor([2, 1], 1e9, -1e9)], output: tensor([2, 1], 0, 0) },
  ],
  cases: {
    "along every axis": range(0, 3).map((axis) => single("log-softmax", { axis }, value(2, 3, 4, 5))),
    "runs around whole vectors": range(1, 9).map((n) => single("log-softmax", { axis: 1 }, value(3, n))),
    "runs side by side, around whole vectors": range(1, 9).map((n) =>
      single("log-softmax", { axis: 1 }, value(2, 3, n)),
    ),
    "many classes": [single("log-softmax", { axis: 1 }, value(1, 1000))],
  },
  refused: [[{ axis: 2 }, [[2, 3]], /axis 2 of an input with 2 axes/]],
});

for (const factor of [50, 1e4, 1e30]) {
  test(`numbers of about ${factor} neither overflow nor vanish`, async () => {
    for (const graph of [
      single("log-softmax", { axis: 1 }, value(4, 7)),
      single("log-softmax", { axis: 1 }, value(2, 7, 5)),
    ]) {
      const inputs = drawInputs(graph);
      const { shape, data } = inputs.get("x0")!;
      inputs.set("x0", { shape, data: Float32Array.from(data, (number) => number * factor) });
      assert.is(await complaint(graph, inputs), undefined);
    }
  });
}

test.run();
