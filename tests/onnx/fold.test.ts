/** Shape arithmetic at import: each row is one ONNX node on constants and what must come out. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { importOnnx } from "../../src/onnx/import.js";
import type { TensorProto } from "../../src/onnx/tensor-proto.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { type AttributeValue, buildModel, counting, floats, ints, intScalar, node } from "./model-builder.js";

const test = suite("onnx/fold");

interface Case {
  readonly op: string;
  readonly on?: readonly TensorProto[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly opset?: number;
  /** Which of x (2x3x4, computed) and the constants a, b, c, ... are read; all constants if absent. */
  readonly reads?: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const unnamed = (proto: TensorProto, i: number): TensorProto => ({ ...proto, name: "abcde"[i]! });
const int = (...values: number[]): TensorProto => ints("", values);
const float = (...values: number[]): TensorProto => floats("", [values.length], values);
const matrix = floats("", [2, 3], [1, 2, 3, 4, 5, 6]);

/** The result becomes float, so that the graph can hold it. */
function run({ op, on = [], attributes = {}, opset = 18, reads }: Omit<Case, "shape" | "values">) {
  const initializers = on.map(unnamed);
  const inputs = reads ?? initializers.map(({ name }) => name).join(" ");
  const nodes = [node(op, inputs, "r", attributes), node("Cast", "r", "y", { to: 1 })];
  const { graph } = importOnnx(buildModel({ opset, inputs: { x: [2, 3, 4] }, nodes, initializers }));
  assert.is(graph.nodes.length, 0);
  return evaluateGraph(graph, new Map([["x", counting([2, 3, 4])]])).get("y")!;
}

const list = (op: string, on: readonly TensorProto[], values: readonly number[], attributes = {}): Case => ({
  op,
  on,
  attributes,
  shape: [values.length],
  values,
});

const CASES: readonly Case[] = [
  { op: "Shape", reads: "x", shape: [3], values: [2, 3, 4] },
  { op: "Shape", reads: "x", attributes: { start: -2 }, shape: [2], values: [3, 4] },
  { op: "Shape", reads: "x", attributes: { start: 0, end: -1 }, shape: [2], values: [2, 3] },
  { op: "Size", reads: "x", shape: [], values: [24] },
  { op: "Constant", attributes: { value: { tensor: matrix } }, shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
  { op: "Constant", attributes: { value_float: { float: 0.5 } }, shape: [], values: [0.5] },
  { op: "Constant", attributes: { value_int: 7 }, shape: [], values: [7] },
  { op: "Constant", attributes: { value_ints: [7, 8] }, shape: [2], values: [7, 8] },
  { op: "ConstantOfShape", on: [int(2, 2)], shape: [2, 2], values: [0, 0, 0, 0] },
  { op: "ConstantOfShape", on: [int(3)], attributes: { value: { tensor: int(5) } }, shape: [3], values: [5, 5, 5] },
  { op: "Range", on: [intScalar("", 5), intScalar("", 0), intScalar("", -2)], shape: [3], values: [5, 3, 1] },
  { op: "Gather", on: [matrix, int(1, -1)], attributes: { axis: 1 }, shape: [2, 2], values: [2, 3, 5, 6] },
  { op: "Gather", on: [int(7, 8, 9), intScalar("", 2)], shape: [], values: [9] },
  { op: "Concat", on: [int(1), int(), int(2, 3)], attributes: { axis: 0 }, shape: [3], values: [1, 2, 3] },
  { op: "Unsqueeze", on: [int(4, 5), int(0)], shape: [1, 2], values: [4, 5] },
  { op: "Unsqueeze", on: [int(4, 5)], attributes: { axes: [1] }, opset: 11, shape: [2, 1], values: [4, 5] },
  { op: "Squeeze", on: [floats("", [1, 2, 1], [4, 5]), int(-1)], shape: [1, 2], values: [4, 5] },
  { op: "Squeeze", on: [floats("", [1, 2, 1], [4, 5])], shape: [2], values: [4, 5] },
  { op: "Slice", on: [int(0, 1, 2, 3, 4), int(-1), int(-9), int(0), int(-2)], shape: [3], values: [4, 2, 0] },
  { op: "Slice", on: [int(0, 1, 2), int(3), int(2 ** 53)], shape: [0], values: [] },
  {
    op: "Slice",
    on: [matrix],
    attributes: { starts: [1], ends: [3], axes: [1] },
    opset: 9,
    shape: [2, 2],
    values: [2, 3, 5, 6],
  },
  { op: "Reshape", on: [matrix, int(3, -1)], shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
  { op: "Reshape", on: [matrix, int(0, -1)], shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
  { op: "Transpose", on: [matrix], shape: [3, 2], values: [1, 4, 2, 5, 3, 6] },
  {
    op: "Flatten",
    on: [floats("", [1, 2, 2], [1, 2, 3, 4])],
    attributes: { axis: 2 },
    shape: [2, 2],
    values: [1, 2, 3, 4],
  },
  {
    op: "Expand",
    on: [floats("", [2, 1], [1, 2]), int(2, 1, 3)],
    shape: [2, 2, 3],
    values: [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2],
  },
  { op: "Identity", on: [int(3)], shape: [1], values: [3] },
  { op: "Pad", on: [int(3, 4), int(1, 2)], shape: [5], values: [0, 3, 4, 0, 0] },
  { op: "Where", on: [int(1, 0), int(2, 3), int(4)], shape: [2], values: [2, 4] },
  { op: "Relu", on: [float(-1, 2)], shape: [2], values: [0, 2] },
  { op: "ReduceProd", on: [matrix, int(1)], shape: [2, 1], values: [6, 120] },
  { op: "ReduceProd", on: [int(2, 3, 4)], attributes: { keepdims: 0 }, shape: [], values: [24] },
  { op: "ReduceSum", on: [matrix, int(0)], attributes: { keepdims: 0 }, shape: [3], values: [5, 7, 9] },
  { op: "ReduceMin", on: [matrix, int(-1)], attributes: { keepdims: 0 }, shape: [2], values: [1, 4] },
  { op: "ReduceMax", on: [matrix], attributes: { axes: [0], keepdims: 0 }, opset: 13, shape: [3], values: [4, 5, 6] },
  list("Add", [int(1, 2), int(10)], [11, 12]),
  list("Sub", [int(1, 2), int(10)], [-9, -8]),
  list("Mul", [int(3, 4), int(2)], [6, 8]),
  list("Div", [int(7, -7, 8), int(2)], [3, -3, 4]),
  list("Div", [float(7, -7), float(2)], [3.5, -3.5]),
  list("Mod", [int(7, -7), int(3)], [1, 2]),
  list("Mod", [int(7, -7), int(3)], [1, -1], { fmod: 1 }),
  list("Min", [int(3, 9), int(5), int(4)], [3, 4]),
  list("Max", [int(3, 9), int(5), int(4)], [5, 9]),
  list("Equal", [int(1, 2), int(2)], [0, 1]),
  list("Less", [int(1, 2), int(2)], [1, 0]),
  list("Greater", [int(3, 2), int(2)], [1, 0]),
  list("And", [int(1, 0), int(1)], [1, 0]),
  list("Not", [int(1, 0)], [0, 1]),
  list("Neg", [int(1, -2)], [-1, 2]),
  list("Floor", [float(1.5, -1.5)], [1, -2]),
  list("Ceil", [float(1.5, -1.5)], [2, -1]),
  list("Round", [float(0.5, 1.5, -2.5, 1.2)], [0, 2, -2, 1]),
  list("Sqrt", [float(4, 9)], [2, 3]),
  list("Cast", [float(1.9, -1.9)], [1, -1], { to: 7 }),
  list("Cast", [float(0, 0.5)], [0, 1], { to: 9 }),
  list("Cast", [int(-1, 300)], [255, 44], { to: 2 }),
];

for (const { shape, values, ...example } of CASES) {
  test(`${example.op} ${JSON.stringify(example.attributes ?? {})} gives ${values.join(" ")}`, () => {
    const y = run(example);
    assert.equal(y.shape, shape);
    assert.equal(
      [...y.data].map((v) => v + 0),
      values,
    );
  });
}

test("padding computed from shapes becomes numbers in the graph", () => {
  const bytes = buildModel({
    inputs: { x: [1, 1, 2, 3] },
    nodes: [
      node("Shape", "x", "shape"),
      node("Slice", "shape two four", "plane"),
      node("Div", "plane two", "half"),
      node("Concat", "zeros half zeros half", "pads", { axis: 0 }),
      node("Pad", "x pads", "y"),
    ],
    initializers: [ints("two", [2]), ints("four", [4]), ints("zeros", [0, 0])],
  });
  const { graph } = importOnnx(bytes);
  assert.equal(
    graph.nodes.map(({ attrs }) => attrs),
    [{ before: [0, 0, 1, 1], after: [0, 0, 1, 1], mode: "constant", value: 0 }],
  );
  assert.is(graph.constants.size, 0);
});

test("a weight that a chain of nodes prepares is one constant", () => {
  const bytes = buildModel({
    inputs: { x: [1, 2] },
    nodes: [
      node("Reshape", "w target", "a"),
      node("Transpose", "a", "b"),
      node("Identity", "b", "c"),
      node("MatMul", "x c", "y"),
    ],
    initializers: [floats("w", [6], [1, 2, 3, 4, 5, 6]), ints("target", [3, 2])],
  });
  const { graph } = importOnnx(bytes);
  assert.equal(
    graph.nodes.map(({ op }) => op),
    ["gemm"],
  );
  assert.is(graph.constants.size, 1);
  assert.equal([...evaluateGraph(graph, new Map([["x", counting([1, 2])]])).get("y")!.data], [5, 11, 17]);
});

test("windows over constants stay nodes, however small: their size costs nothing in a file", () => {
  for (const [op, attributes, stays] of [
    ["MaxPool", { kernel_shape: [1, 1] }, "max-pool"],
    ["AveragePool", { kernel_shape: [1, 1] }, "average-pool"],
    ["LRN", { size: 1 }, "lrn"],
    ["Relu", {}, undefined],
  ] as const) {
    const nodes = [node(op, "w", "v", attributes), node("Add", "x v", "y")];
    const initializers = [floats("w", [1, 1, 1, 2], [1, 2])];
    const { graph } = importOnnx(buildModel({ inputs: { x: [1, 1, 1, 2] }, nodes, initializers }));
    assert.equal(
      graph.nodes.map((each) => each.op),
      stays ? [stays, "add"] : ["add"],
    );
  }
});

const tooLarge = (op: string, ...on: TensorProto[]) =>
  assert.throws(
    () => run({ op, on }),
    (error: unknown) => error instanceof ModelError && /too large|more than/.test(error.message),
    op,
  );

test("constants of absurd size are refused before they are made", () => {
  tooLarge("ConstantOfShape", int(2 ** 20, 2 ** 20));
  tooLarge("Expand", float(1), int(2 ** 30));
  tooLarge("Range", intScalar("", 0), intScalar("", 2 ** 40), intScalar("", 1));
  tooLarge("Pad", float(1), int(0, 2 ** 30));
});

test("integer division by zero, a wrong index and a wrong target are errors with the node's name", () => {
  for (const [op, on] of [
    ["Div", [int(1), int(0)]],
    ["Gather", [int(1), int(1)]],
    ["Reshape", [int(1, 2), int(3)]],
    ["ConstantOfShape", [int(-1)]],
  ] as const) {
    assert.throws(
      () => run({ op, on }),
      (error: unknown) => error instanceof ModelError && error.where === `${op}_0`,
      op,
    );
  }
});

test.run();
