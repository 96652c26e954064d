import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { ModelError } from "../../src/errors.js";
import { constant, operatorSuite, single, tensor, value } from "./oracle.js";

const test = operatorSuite("identity", {
  meanings: [{ attrs: {}, inputs: [tensor([2], 3, 4)], output: tensor([2], 3, 4) }],
  cases: {
    "an input that is an output": [[], [5], [2, 3], [1, 3, 4, 5], [2, 1, 2, 1, 2, 1, 2, 1]].map((shape) =>
      single("identity", {}, value(...shape)),
    ),
  },
});

test("a constant that would be an output is refused", () => {
  assert.throws(
    () => compile(single("identity", {}, constant(3))),
    (error: unknown) => error instanceof ModelError && /an output that is a constant/.test(error.message),
  );
});

test.run();
