/** ONNX operators on computed values: what they become, and numbers worked out by hand. */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { importOnnx } from "../../src/onnx/import.js";
import type { TensorProto } from "../../src/onnx/tensor-proto.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { type AttributeValue, buildModel, counting, floats, node } from "./model-builder.js";

/** A model of one operator. */
export interface Example {
  /** The operator, and what sets this case apart. */
  readonly op: string;
  readonly why?: string;
  /** The shape of x, which counts 1, 2, 3, ...; `z` is a second computed value. */
  readonly x: readonly number[];
  readonly z?: readonly number[];
  readonly reads?: string;
  readonly on?: readonly TensorProto[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
}

export interface Case extends Example {
  /** The graph's operators. */
  readonly makes: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface Refusal extends Example {
  readonly says: RegExp;
}

/** An initializer of ones. */
export const ones = (name: string, ...shape: number[]): TensorProto =>
  floats(name, shape, Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1));

export function importExample({ op, x, z, reads, on = [], attributes = {}, opset = 13 }: Example) {
  const names = reads ?? ["x", ...on.map(({ name }) => name)].join(" ");
  const inputs = z ? { x, z } : { x };
  return importOnnx(buildModel({ opset, inputs, nodes: [node(op, names, "y", attributes)], initializers: on })).graph;
}

/** A test for each case: the operators it becomes, and their numbers. */
export function testCases(test: Test, cases: readonly Case[]): void {
  for (const { makes, shape, values, ...example } of cases) {
    test(`${example.op} ${example.why ?? ""}`, () => {
      const graph = importExample(example);
      assert.is(graph.nodes.map(({ op }) => op).join(" "), makes);
      const inputs = graph.inputs.map((input) => [input.name, counting(input.shape)] as const);
      const y = evaluateGraph(graph, new Map(inputs)).get("y")!;
      assert.equal(y.shape, shape);
      values.forEach((value, i) =>
        assert.ok(Math.abs(y.data[i]! - value) < 1e-6, `${y.data.join(" ")}, expected ${values.join(" ")}`),
      );
    });
  }
}

/** A test for each refusal: a `ModelError` of the node that says why. */
export function testRefusals(test: Test, refusals: readonly Refusal[]): void {
  for (const { says, ...example } of refusals) {
    test(`${example.op} is refused: ${example.why}`, () => {
      assert.throws(
        () => importExample(example),
        (error: unknown) =>
          error instanceof ModelError && error.where === `${example.op}_0` && says.test(error.message),
      );
    });
  }
}

/** Throws unless the operator's second output may be there, but not be read. */
export function refusesSecondOutput(op: string, attributes: Example["attributes"] = {}): void {
  const nodes = [node(op, "x", "y second", attributes), node("Relu", "second", "z")];
  const parts = { inputs: { x: [1, 1, 2, 2] }, nodes };
  assert.is(importOnnx(buildModel({ ...parts, outputs: ["y"] })).graph.nodes.length, 1);
  assert.throws(
    () => importOnnx(buildModel({ ...parts, outputs: ["y", "z"] })),
    (error: unknown) => error instanceof ModelError && /output 1/.test(error.message),
  );
}
