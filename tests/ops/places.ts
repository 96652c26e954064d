/** What the operators are tried on that tell the place of the largest or smallest element. */
import * as assert from "uvu/assert";
import { complaint, range, single, tensor, value } from "./oracle.js";

const attrs = { axis: 1, keepDims: false, last: false };

/** `first` and `last`: which place of 5, 1, 5 and which of 2, 2, 1 it tells; `down`: which of 1, 3 and 4, 2. */
export function placeTests(
  op: "arg-max" | "arg-min",
  first: readonly [number, number],
  last: readonly [number, number],
  down: readonly [number, number],
) {
  return {
    meanings: [
      { attrs, inputs: [tensor([2, 3], 5, 1, 5, 2, 2, 1)], output: tensor([2], ...first) },
      {
        attrs: { ...attrs, last: true, keepDims: true },
        inputs: [tensor([2, 3], 5, 1, 5, 2, 2, 1)],
        output: tensor([2, 1], ...last),
      },
      { attrs: { ...attrs, axis: 0 }, inputs: [tensor([2, 2], 1, 4, 3, 2)], output: tensor([2], ...down) },
    ],
    cases: {
      "along every axis": range(0, 3).flatMap((axis) =>
        [true, false].map((keepDims) => single(op, { axis, keepDims, last: false }, value(2, 3, 4, 5))),
      ),
      "runs around whole vectors": range(1, 9).flatMap((n) => [
        single(op, attrs, value(3, n)),
        single(op, attrs, value(2, 3, n)),
      ]),
    },
    refused: [[{ ...attrs, axis: 2 }, [[2, 3]], /axis 2 of an input with 2 axes/]],
  } as const;
}

/** Of equal elements it tells the first or the last. */
export async function checkTies(op: "arg-max" | "arg-min"): Promise<void> {
  for (const last of [false, true]) {
    for (const shape of [
      [2, 7],
      [2, 7, 5],
    ]) {
      const graph = single(op, { ...attrs, last }, value(...shape));
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: size }, (_, i) => (i * 7) % 3);
      assert.is(await complaint(graph, new Map([["x0", { shape, data }]])), undefined);
    }
  }
}
