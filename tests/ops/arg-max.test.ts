import * as assert from "uvu/assert";
import { complaint, operatorSuite, range, single, tensor, value } from "./oracle.js";

const attrs = { axis: 1, keepDims: false, last: false };

const test = operatorSuite("arg-max", {
  meanings: [
    { attrs, inputs: [tensor([2, 3], 5, 1, 5, 2, 2, 1)], output: tensor([2], 0, 0) },
    {
      attrs: { ...attrs, last: true, keepDims: true },
      inputs: [tensor([2, 3], 5, 1, 5, 2, 2, 1)],
      output: tensor([2, 1], 2, 1),
    },
    { attrs: { ...attrs, axis: 0 }, inputs: [tensor([2, 2], 1, 4, 3, 2)], output: tensor([2], 1, 0) },
  ],
  cases: {
    "along every axis": range(0, 3).flatMap((axis) =>
      [true, false].map((keepDims) => single("arg-max", { axis, keepDims, last: false }, value(2, 3, 4, 5))),
    ),
    "runs around whole vectors": range(1, 9).flatMap((n) => [
      single("arg-max", attrs, value(3, n)),
      single("arg-max", attrs, value(2, 3, n)),
    ]),
  },
  refused: [[{ ...attrs, axis: 2 }, [[2, 3]], /axis 2 of an input with 2 axes/]],
});

test("of equal elements the first or the last is told", async () => {
  for (const last of [false, true]) {
    for (const shape of [
      [2, 7],
      [2, 7, 5],
    ]) {
      const graph = single("arg-max", { ...attrs, last }, value(...shape));
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: size }, (_, i) => (i * 7) % 3);
      assert.is(await complaint(graph, new Map([["x0", { shape, data }]])), undefined);
    }
  }
});

test.run();
