/** What the rules of elementwise layers refuse, before any kernel sees it. */
import { ALL_KEPT } from "../../../src/runtime/mask.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { binary } from "../../../src/runtime/layers/binary.js";
import { unary } from "../../../src/runtime/layers/unary.js";

const test = suite("runtime/layers/elementwise");

test("a formula takes the parameters that it names, and finite ones", () => {
  const shape = (kind: "tanh" | "elu" | "selu", alpha: number, beta: number) =>
    unary.shape({ type: "unary", kind, alpha, beta }, [[2, 3]]);
  assert.equal(shape("tanh", 0, 0), [2, 3]);
  assert.equal(shape("elu", -1, 0), [2, 3]);
  assert.equal(shape("selu", 1, 2), [2, 3]);
  assert.throws(() => shape("tanh", 1, 0), /tanh with the parameters 1 and 0/);
  assert.throws(() => shape("elu", 1, 1), /elu with/);
  assert.throws(() => shape("selu", NaN, 1), /selu with/);
});

test("operands change places only where one of them is a constant", () => {
  const operand = { shape: [3], encoding: "f32", data: new Uint8Array(12), ...ALL_KEPT } as const;
  const shape = (swapped: boolean, constant: boolean) =>
    binary.shape({ type: "binary", kind: "sub", operand: constant ? operand : undefined, swapped }, [[2, 3], [3]]);
  assert.equal(shape(true, true), [2, 3]);
  assert.equal(shape(false, false), [2, 3]);
  assert.throws(() => shape(true, false), /swapped, but has no operand/);
});

test.run();
