/** ONNX operators on computed values: what they become, and numbers worked out by hand. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { importOnnx } from "../../src/onnx/import.js";
import type { TensorProto } from "../../src/onnx/tensor-proto.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { type AttributeValue, buildModel, counting, floats, ints, node } from "./model-builder.js";

const test = suite("onnx/ops");

interface Case {
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
  /** The graph's operators. */
  readonly makes: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const f = floats;
const ones = (name: string, ...shape: number[]) =>
  f(
    name,
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 1),
  );
const e = Math.E;

function importCase({
  op,
  x,
  z,
  reads,
  on = [],
  attributes = {},
  opset = 13,
}: Omit<Case, "makes" | "shape" | "values">) {
  const names = reads ?? ["x", ...on.map(({ name }) => name)].join(" ");
  const inputs = z ? { x, z } : { x };
  return importOnnx(buildModel({ opset, inputs, nodes: [node(op, names, "y", attributes)], initializers: on })).graph;
}

const CASES: readonly Case[] = [
  {
    op: "Conv",
    x: [1, 1, 3, 3],
    on: [ones("w", 1, 1, 2, 2)],
    makes: "conv",
    shape: [1, 1, 2, 2],
    values: [12, 16, 24, 28],
  },
  {
    op: "Conv",
    why: "bias and pads",
    x: [1, 1, 2, 2],
    on: [ones("w", 1, 1, 2, 2), f("b", [1], [0.5])],
    attributes: { pads: [1, 0, 0, 0] },
    makes: "conv",
    shape: [1, 1, 2, 1],
    values: [3.5, 10.5],
  },
  {
    op: "Conv",
    why: "SAME_UPPER",
    x: [1, 1, 2, 2],
    on: [ones("w", 1, 1, 2, 2)],
    attributes: { auto_pad: "SAME_UPPER" },
    makes: "conv",
    shape: [1, 1, 2, 2],
    values: [10, 6, 7, 4],
  },
  {
    op: "Conv",
    why: "SAME_LOWER",
    x: [1, 1, 2, 2],
    on: [ones("w", 1, 1, 2, 2)],
    attributes: { auto_pad: "SAME_LOWER" },
    makes: "conv",
    shape: [1, 1, 2, 2],
    values: [1, 3, 4, 10],
  },
  {
    op: "Conv",
    why: "SAME_UPPER, stride and dilation",
    x: [1, 1, 1, 5],
    on: [ones("w", 1, 1, 1, 2)],
    attributes: { auto_pad: "SAME_UPPER", strides: [1, 2], dilations: [1, 2] },
    makes: "conv",
    shape: [1, 1, 1, 3],
    values: [2, 6, 4],
  },
  {
    op: "Conv",
    why: "VALID overrides pads",
    x: [1, 1, 1, 2],
    on: [ones("w", 1, 1, 1, 2)],
    attributes: { auto_pad: "VALID", pads: [9, 9, 9, 9] },
    makes: "conv",
    shape: [1, 1, 1, 1],
    values: [3],
  },
  {
    op: "Conv",
    why: "groups",
    x: [1, 2, 1, 1],
    on: [f("w", [2, 1, 1, 1], [10, 100])],
    attributes: { group: 2 },
    makes: "conv",
    shape: [1, 2, 1, 1],
    values: [10, 200],
  },
  {
    op: "BatchNormalization",
    x: [1, 2, 1, 2],
    on: [f("g", [2], [1, 2]), f("b", [2], [0, 1]), f("m", [2], [1, 3]), f("v", [2], [4, 1])],
    attributes: { epsilon: { float: 0 } },
    makes: "batch-norm",
    shape: [1, 2, 1, 2],
    values: [0, 0.5, 1, 3],
  },
  { op: "Relu", x: [2], makes: "relu", shape: [2], values: [1, 2] },
  {
    op: "Clip",
    why: "inputs",
    x: [4],
    on: [f("lo", [], [2]), f("hi", [], [3])],
    makes: "clip",
    shape: [4],
    values: [2, 2, 3, 3],
  },
  {
    op: "Clip",
    why: "no lower bound",
    x: [4],
    reads: "x - hi",
    on: [f("hi", [], [3])],
    makes: "clip",
    shape: [4],
    values: [1, 2, 3, 3],
  },
  {
    op: "Clip",
    why: "attributes",
    x: [4],
    attributes: { min: { float: 2 }, max: { float: 3 } },
    opset: 9,
    makes: "clip",
    shape: [4],
    values: [2, 2, 3, 3],
  },
  {
    op: "Clip",
    why: "from 0 up",
    x: [2],
    attributes: { min: { float: 0 } },
    opset: 9,
    makes: "relu",
    shape: [2],
    values: [1, 2],
  },
  {
    op: "MaxPool",
    x: [1, 1, 3, 3],
    attributes: { kernel_shape: [2, 2] },
    makes: "max-pool",
    shape: [1, 1, 2, 2],
    values: [5, 6, 8, 9],
  },
  {
    op: "MaxPool",
    why: "ceil_mode",
    x: [1, 1, 3, 3],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    makes: "max-pool",
    shape: [1, 1, 2, 2],
    values: [5, 6, 8, 9],
  },
  {
    op: "MaxPool",
    why: "dilations, storage_order",
    x: [1, 1, 1, 4],
    attributes: { kernel_shape: [1, 2], dilations: [1, 2], storage_order: 1 },
    makes: "max-pool",
    shape: [1, 1, 1, 2],
    values: [3, 4],
  },
  {
    op: "MaxPool",
    why: "SAME_LOWER",
    x: [1, 1, 1, 3],
    attributes: { kernel_shape: [1, 2], auto_pad: "SAME_LOWER" },
    makes: "max-pool",
    shape: [1, 1, 1, 3],
    values: [1, 2, 3],
  },
  {
    op: "AveragePool",
    x: [1, 1, 1, 2],
    attributes: { kernel_shape: [1, 2], pads: [0, 1, 0, 0] },
    makes: "average-pool",
    shape: [1, 1, 1, 2],
    values: [1, 1.5],
  },
  {
    op: "AveragePool",
    why: "count_include_pad",
    x: [1, 1, 1, 2],
    attributes: { kernel_shape: [1, 2], pads: [0, 1, 0, 0], count_include_pad: 1 },
    makes: "average-pool",
    shape: [1, 1, 1, 2],
    values: [0.5, 1.5],
  },
  { op: "GlobalAveragePool", x: [1, 2, 1, 2], makes: "global-average-pool", shape: [1, 2, 1, 1], values: [1.5, 3.5] },
  { op: "Add", why: "two values", x: [2], z: [2], reads: "x z", makes: "add", shape: [2], values: [2, 4] },
  {
    op: "Add",
    why: "a constant in front",
    x: [2],
    reads: "c x",
    on: [f("c", [], [10])],
    makes: "add",
    shape: [2],
    values: [11, 12],
  },
  { op: "Sum", why: "three addends", x: [2], z: [2], reads: "x z x", makes: "add add", shape: [2], values: [3, 6] },
  { op: "Mul", x: [2], z: [2], reads: "x z", makes: "mul", shape: [2], values: [1, 4] },
  { op: "Sub", why: "two values", x: [2], z: [2], reads: "x z", makes: "sub", shape: [2], values: [0, 0] },
  { op: "Div", why: "two values", x: [2], z: [2], reads: "x z", makes: "div", shape: [2], values: [1, 1] },
  {
    op: "Div",
    why: "by a number without inverse",
    x: [2],
    on: [f("c", [2], [2 ** -127, 2])],
    makes: "div",
    shape: [2],
    values: [2 ** 127, 1],
  },
  { op: "Pow", why: "2", x: [3], on: [f("c", [], [2])], makes: "mul", shape: [3], values: [1, 4, 9] },
  { op: "Pow", why: "3, an integer", x: [3], on: [ints("c", [3])], makes: "mul mul", shape: [3], values: [1, 8, 27] },
  { op: "Pow", why: "1", x: [2], on: [f("c", [], [1])], makes: "identity", shape: [2], values: [1, 2] },
  {
    op: "Pow",
    why: "1 / 2",
    x: [4],
    on: [f("c", [1], [0.5])],
    makes: "sqrt",
    shape: [4],
    values: [1, 2 ** 0.5, 3 ** 0.5, 2],
  },
  { op: "Pow", why: "-1", x: [2], on: [f("c", [], [-1])], makes: "reciprocal", shape: [2], values: [1, 0.5] },
  {
    op: "Pow",
    why: "of a constant",
    x: [2],
    reads: "c x",
    on: [f("c", [], [3])],
    makes: "pow",
    shape: [2],
    values: [3, 9],
  },
  { op: "Max", why: "a bound", x: [3], on: [f("c", [], [2])], makes: "clip", shape: [3], values: [2, 2, 3] },
  { op: "Max", why: "0", x: [2], reads: "c x", on: [f("c", [], [0])], makes: "relu", shape: [2], values: [1, 2] },
  {
    op: "Min",
    why: "three",
    x: [2],
    z: [2],
    reads: "x c z",
    on: [f("c", [2], [0, 9])],
    makes: "min min",
    shape: [2],
    values: [0, 2],
  },
  { op: "Min", why: "one", x: [2], makes: "identity", shape: [2], values: [1, 2] },
  { op: "Mean", x: [2], z: [2], reads: "x z x x", makes: "add add add mul", shape: [2], values: [1, 2] },
  {
    op: "PRelu",
    x: [1, 2, 1, 1],
    on: [f("s", [2, 1, 1], [5, 5])],
    makes: "prelu",
    shape: [1, 2, 1, 1],
    values: [1, 2],
  },
  {
    op: "PRelu",
    why: "a slope a channel",
    x: [1, 2, 1, 1],
    on: [f("s", [2], [5, 5])],
    opset: 6,
    makes: "prelu",
    shape: [1, 2, 1, 1],
    values: [1, 2],
  },
  {
    op: "Add",
    why: "aligned at axis 1",
    x: [1, 2, 1, 2],
    on: [f("c", [2], [10, 20])],
    attributes: { broadcast: 1, axis: 1 },
    opset: 6,
    makes: "add",
    shape: [1, 2, 1, 2],
    values: [11, 12, 23, 24],
  },
  {
    op: "Mul",
    why: "a value aligned at axis 0",
    x: [2, 2],
    z: [2],
    reads: "x z",
    attributes: { broadcast: 1, axis: 0 },
    opset: 6,
    makes: "reshape mul",
    shape: [2, 2],
    values: [1, 2, 6, 8],
  },
  {
    op: "Expand",
    x: [2, 1],
    on: [ints("s", [3, 1, 2])],
    makes: "mul",
    shape: [3, 2, 2],
    values: [1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2],
  },
  {
    op: "Expand",
    why: "to its own shape",
    x: [2],
    on: [ints("s", [1])],
    makes: "identity",
    shape: [2],
    values: [1, 2],
  },
  {
    op: "Where",
    x: [3],
    reads: "m x c",
    on: [f("m", [3], [1, 0, 1]), f("c", [], [-7])],
    makes: "mul add",
    shape: [3],
    values: [1, -7, 3],
  },
  {
    op: "Where",
    why: "always",
    x: [2],
    reads: "m x c",
    on: [f("m", [1], [1]), f("c", [2, 1], [5, 6])],
    makes: "mul",
    shape: [2, 2],
    values: [1, 2, 1, 2],
  },
  { op: "Swish", x: [1], attributes: { alpha: { float: 0 } }, opset: 24, makes: "silu", shape: [1], values: [0.5] },
  {
    op: "Gelu",
    why: "by tanh",
    x: [1],
    attributes: { approximate: "tanh" },
    opset: 20,
    makes: "gelu-tanh",
    shape: [1],
    values: [0.8411919906082768],
  },
  { op: "HardSigmoid", x: [2], makes: "hard-sigmoid", shape: [2], values: [0.7, 0.9] },
  { op: "Shrink", x: [1], makes: "shrink", shape: [1], values: [1] },
  { op: "Cast", why: "to int64", x: [2], attributes: { to: 7 }, makes: "trunc", shape: [2], values: [1, 2] },
  { op: "Sub", why: "a constant", x: [2], on: [f("c", [2], [1, 5])], makes: "add", shape: [2], values: [0, -3] },
  {
    op: "Sub",
    why: "from a constant",
    x: [2],
    reads: "c x",
    on: [f("c", [], [10])],
    makes: "sub",
    shape: [2],
    values: [9, 8],
  },
  { op: "Div", why: "by a constant", x: [2], on: [f("c", [], [4])], makes: "mul", shape: [2], values: [0.25, 0.5] },
  {
    op: "Concat",
    x: [1, 2],
    z: [1, 2],
    reads: "x z",
    attributes: { axis: -1 },
    makes: "concat",
    shape: [1, 4],
    values: [1, 2, 1, 2],
  },
  {
    op: "Slice",
    why: "to the end, backwards",
    x: [1, 5],
    on: [ints("s", [2 ** 40]), ints("e", [-(2 ** 40)]), ints("a", [-1]), ints("t", [-2])],
    makes: "slice",
    shape: [1, 3],
    values: [5, 3, 1],
  },
  {
    op: "Slice",
    why: "attributes",
    x: [3, 2],
    attributes: { starts: [1, -1], ends: [2 ** 40, 2] },
    opset: 9,
    makes: "slice",
    shape: [2, 1],
    values: [4, 6],
  },
  {
    op: "Pad",
    x: [1, 2],
    on: [ints("p", [0, 1, 0, 2]), f("v", [], [9])],
    makes: "pad",
    shape: [1, 5],
    values: [9, 1, 2, 9, 9],
  },
  {
    op: "Pad",
    why: "axes",
    x: [2, 1],
    on: [ints("p", [0, 1]), f("v", [], [9]), ints("a", [-2])],
    opset: 18,
    makes: "pad",
    shape: [3, 1],
    values: [1, 2, 9],
  },
  {
    op: "Pad",
    why: "attributes",
    x: [1, 3],
    attributes: { pads: [0, 1, 0, 0], mode: "reflect" },
    opset: 10,
    makes: "pad",
    shape: [1, 4],
    values: [2, 1, 2, 3],
  },
  {
    op: "Pad",
    why: "edge",
    x: [1, 2],
    on: [ints("p", [0, 1, 0, 0])],
    attributes: { mode: "edge" },
    makes: "pad",
    shape: [1, 3],
    values: [1, 1, 2],
  },
  { op: "Reshape", x: [1, 4], on: [ints("t", [1, 2, 2])], makes: "reshape", shape: [1, 2, 2], values: [1, 2, 3, 4] },
  {
    op: "Flatten",
    why: "negative axis",
    x: [2, 1, 2],
    attributes: { axis: -1 },
    makes: "flatten",
    shape: [2, 2],
    values: [1, 2, 3, 4],
  },
  { op: "Squeeze", x: [1, 2, 1], on: [ints("a", [-1])], makes: "reshape", shape: [1, 2], values: [1, 2] },
  {
    op: "Unsqueeze",
    why: "in front",
    x: [1, 2],
    on: [ints("a", [0])],
    makes: "reshape",
    shape: [1, 1, 2],
    values: [1, 2],
  },
  {
    op: "Gemm",
    x: [1, 2],
    on: [f("b", [2, 3], [1, 2, 3, 4, 5, 6]), f("c", [3], [1, 1, 1])],
    makes: "gemm",
    shape: [1, 3],
    values: [10, 13, 16],
  },
  {
    op: "Gemm",
    why: "alpha, beta, transB",
    x: [1, 2],
    on: [f("b", [3, 2], [1, 4, 2, 5, 3, 6]), f("c", [1, 3], [1, 1, 1])],
    attributes: { alpha: { float: 2 }, beta: { float: 3 }, transB: 1 },
    makes: "gemm",
    shape: [1, 3],
    values: [21, 27, 33],
  },
  {
    op: "Gemm",
    why: "transA, C differs by row",
    x: [1, 2],
    on: [f("b", [1, 1], [10]), f("c", [2, 1], [1, 2])],
    attributes: { transA: 1, beta: { float: 2 } },
    makes: "transpose gemm add",
    shape: [2, 1],
    values: [12, 24],
  },
  {
    op: "Gemm",
    why: "scalar C",
    x: [1, 1],
    on: [f("b", [1, 2], [1, 2]), f("c", [], [5])],
    makes: "gemm",
    shape: [1, 2],
    values: [6, 7],
  },
  {
    op: "Gemm",
    why: "computed B",
    x: [1, 2],
    z: [1, 2],
    reads: "x z",
    attributes: { transB: 1, alpha: { float: 2 } },
    makes: "mul transpose matmul",
    shape: [1, 1],
    values: [10],
  },
  {
    op: "MatMul",
    why: "constant matrix",
    x: [1, 1, 2],
    on: [f("b", [2, 2], [1, 2, 3, 4])],
    makes: "gemm",
    shape: [1, 1, 2],
    values: [7, 10],
  },
  { op: "MatMul", why: "computed", x: [1, 2], z: [2, 1], reads: "x z", makes: "matmul", shape: [1, 1], values: [5] },
  {
    op: "Softmax",
    why: "last axis",
    x: [1, 2, 2],
    makes: "softmax",
    shape: [1, 2, 2],
    values: [1 / (1 + e), e / (1 + e), 1 / (1 + e), e / (1 + e)],
  },
  {
    op: "Softmax",
    why: "jointly before opset 13",
    x: [1, 2, 2],
    opset: 11,
    makes: "flatten softmax reshape",
    shape: [1, 2, 2],
    values: [0, 1, 2, 3].map((i) => e ** i / (1 + e + e ** 2 + e ** 3)),
  },
  {
    op: "Softmax",
    why: "one wide axis before opset 13",
    x: [1, 2, 1],
    opset: 11,
    makes: "softmax",
    shape: [1, 2, 1],
    values: [1 / (1 + e), e / (1 + e)],
  },
  {
    op: "Dropout",
    x: [2],
    attributes: { ratio: { float: 0.5 } },
    opset: 10,
    makes: "identity",
    shape: [2],
    values: [1, 2],
  },
  { op: "Identity", x: [2], makes: "identity", shape: [2], values: [1, 2] },
  { op: "Cast", why: "to double", x: [2], attributes: { to: 11 }, makes: "identity", shape: [2], values: [1, 2] },
  { op: "Transpose", why: "reverses", x: [2, 1, 2], makes: "transpose", shape: [2, 1, 2], values: [1, 3, 2, 4] },
  { op: "ReduceMean", why: "all axes", x: [2, 2], makes: "reduce-mean", shape: [1, 1], values: [2.5] },
  {
    op: "ReduceMean",
    why: "attribute",
    x: [2, 2],
    attributes: { axes: [-1], keepdims: 0 },
    makes: "reduce-mean",
    shape: [2],
    values: [1.5, 3.5],
  },
  {
    op: "ReduceMean",
    why: "input",
    x: [2, 2],
    on: [ints("a", [0])],
    opset: 18,
    makes: "reduce-mean",
    shape: [1, 2],
    values: [2, 3],
  },
  {
    op: "ReduceMean",
    why: "noop_with_empty_axes",
    x: [2],
    on: [ints("a", [])],
    attributes: { noop_with_empty_axes: 1 },
    opset: 18,
    makes: "identity",
    shape: [2],
    values: [1, 2],
  },
];

for (const { makes, shape, values, ...example } of CASES) {
  test(`${example.op} ${example.why ?? ""}`, () => {
    const graph = importCase(example);
    assert.is(graph.nodes.map(({ op }) => op).join(" "), makes);
    const inputs = graph.inputs.map((input) => [input.name, counting(input.shape)] as const);
    const y = evaluateGraph(graph, new Map(inputs)).get("y")!;
    assert.equal(y.shape, shape);
    values.forEach((value, i) =>
      assert.ok(Math.abs(y.data[i]! - value) < 1e-6, `${y.data.join(" ")}, expected ${values.join(" ")}`),
    );
  });
}

interface Refusal extends Omit<Case, "makes" | "shape" | "values"> {
  readonly says: RegExp;
}

const w = ones("w", 1, 1, 2, 2);
const REFUSALS: readonly Refusal[] = [
  { op: "Conv", why: "1-D", x: [1, 1, 5], on: [ones("w", 1, 1, 2)], says: /1-D Conv is not supported, only 2-D/ },
  { op: "MaxPool", why: "3-D", x: [1, 1, 4, 4, 4], attributes: { kernel_shape: [2, 2, 2] }, says: /3-D MaxPool/ },
  {
    op: "Conv",
    why: "kernel_shape",
    x: [1, 1, 4, 4],
    on: [w],
    attributes: { kernel_shape: [3, 3] },
    says: /kernel_shape says 3x3, the filter is 2x2/,
  },
  {
    op: "Conv",
    why: "stride 0",
    x: [1, 1, 4, 4],
    on: [w],
    attributes: { strides: [0, 1] },
    says: /strides is \[0, 1\]/,
  },
  { op: "Conv", why: "auto_pad", x: [1, 1, 4, 4], on: [w], attributes: { auto_pad: "MAYBE" }, says: /MAYBE/ },
  { op: "Conv", why: "no filter", x: [1, 1, 4, 4], says: /input 1 is missing/ },
  { op: "Conv", why: "channels", x: [1, 3, 4, 4], on: [w], says: /filter wants 1 input channels/ },
  { op: "Clip", why: "computed bound", x: [2], z: [1], reads: "x z", says: /must be a constant/ },
  { op: "Pad", why: "negative", x: [3], on: [ints("p", [-1, 0])], says: /negative/ },
  {
    op: "Pad",
    why: "wrap",
    x: [3],
    on: [ints("p", [1, 0])],
    attributes: { mode: "wrap" },
    opset: 19,
    says: /mode "wrap"/,
  },
  { op: "Pad", why: "absurd", x: [3], on: [ints("p", [2 ** 40, 0])], says: /would have the shape/ },
  { op: "MatMul", why: "ranks", x: [2, 2], z: [1, 2, 2], reads: "x z", says: /factors of 2x2 and 1x2x2/ },
  { op: "Cast", why: "to bool", x: [2], attributes: { to: 9 }, says: /casts a computed value to bool/ },
  { op: "Concat", why: "no axis", x: [2], says: /"axis" is missing/ },
  { op: "Concat", why: "axis of another type", x: [2], attributes: { axis: { float: 1 } }, says: /attribute "axis"/ },
  { op: "Transpose", why: "not a permutation", x: [2, 2], attributes: { perm: [0, 0] }, says: /not a permutation/ },
  { op: "Add", why: "an integer constant", x: [2], on: [ints("c", [1, 2])], says: /"c" holds int/ },
  {
    op: "BatchNormalization",
    why: "training",
    x: [1, 1],
    attributes: { training_mode: 1 },
    opset: 15,
    says: /inference/,
  },
];

for (const { says, ...example } of REFUSALS) {
  test(`${example.op} is refused: ${example.why}`, () => {
    assert.throws(
      () => importCase(example),
      (error: unknown) => error instanceof ModelError && error.where === `${example.op}_0` && says.test(error.message),
    );
  });
}

for (const [op, attributes] of [
  ["MaxPool", { kernel_shape: [1, 1] }],
  ["Dropout", {}],
] as const) {
  test(`the second output of ${op} is refused where it is used`, () => {
    const nodes = [node(op, "x", "y second", attributes), node("Relu", "second", "z")];
    const parts = { inputs: { x: [1, 1, 2, 2] }, nodes };
    assert.is(importOnnx(buildModel({ ...parts, outputs: ["y"] })).graph.nodes.length, 1);
    assert.throws(
      () => importOnnx(buildModel({ ...parts, outputs: ["y", "z"] })),
      (error: unknown) => error instanceof ModelError && /output 1/.test(error.message),
    );
  });
}

test.run();
