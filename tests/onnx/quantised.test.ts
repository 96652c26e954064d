/** Quantised models are read as float: the same network, its ranges kept and its rounding left out. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { importOnnx } from "../../src/onnx/import.js";
import type { TensorProto } from "../../src/onnx/tensor-proto.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { buildModel, counting, floats, node } from "./model-builder.js";

const test = suite("onnx/quantised");

/** Integers of ONNX's type number 2 (uint8), 3 (int8) or 6 (int32). */
const integers = (name: string, dataType: number, dims: readonly number[], values: readonly number[]): TensorProto => ({
  name,
  dims: [...dims],
  dataType,
  int32Data: [...values],
});
const scalar = (name: string, value: number) => floats(name, [], [value]);

interface Model {
  readonly x: readonly number[];
  readonly nodes: Parameters<typeof buildModel>[0]["nodes"];
  readonly on: readonly TensorProto[];
}

const read = ({ x, nodes, on }: Model) =>
  importOnnx(buildModel({ opset: 13, inputs: { x }, nodes, initializers: [...on] }));

function gives(model: Model, ops: string, values: readonly number[], isNoted = true): void {
  const { graph, notes } = read(model);
  assert.is(graph.nodes.map(({ op }) => op).join(" "), ops);
  assert.is(notes.filter((note) => /rounding is left out/.test(note)).length, isNoted ? 1 : 0);
  const y = evaluateGraph(graph, new Map([["x", counting(model.x)]])).get("y")!;
  values.forEach((value, i) => assert.ok(Math.abs(y.data[i]! - value) < 1e-6, `${y.data.join(" ")}`));
}

function refuses(model: Model, message: RegExp): void {
  assert.throws(
    () => read(model),
    (error: unknown) => error instanceof ModelError && message.test(error.message),
  );
}

const half = scalar("s", 0.5);
const zero = integers("z", 2, [], [0]);
const pair = (x = "x", y = "y") => [node("QuantizeLinear", `${x} s z`, "q"), node("DequantizeLinear", "q s z", y)];

test("a pair on an activation is the range of its type", () => {
  gives(
    { x: [4], nodes: pair(), on: [scalar("s", 0.01), integers("z", 2, [], [1])] },
    "clip identity",
    [1, 2, 2.54, 2.54],
  );
  gives({ x: [2], nodes: pair(), on: [half, integers("z", 3, [], [0])] }, "clip identity", [1, 2]);
});

test("a pair on weights is computed, rounding included", () => {
  const on = [half, integers("z", 3, [], [0]), floats("w", [2], [0.74, 100])];
  gives({ x: [2], nodes: [...pair("w", "v"), node("Mul", "x v", "y")], on }, "mul", [0.5, 127], false);
});

test("integer weights with a scale for each filter", () => {
  const on = [integers("w", 3, [2, 1, 1, 1], [2, 3]), floats("s", [2], [0.5, 2]), integers("z", 3, [2], [0, 1])];
  const nodes = [node("DequantizeLinear", "w s z", "f", { axis: 0 }), node("Conv", "x f", "y")];
  gives({ x: [1, 1, 1, 2], nodes, on }, "conv", [1, 2, 4, 8], false);
});

test("a quantised convolution keeps the range that may be its activation", () => {
  const nodes = [
    node("QuantizeLinear", "x s z", "q"),
    node("QLinearConv", "q s z w t u s z b", "p"),
    node("DequantizeLinear", "p s z", "y"),
  ];
  const on = [
    half,
    zero,
    integers("w", 3, [2, 1, 1, 1], [4, -4]),
    scalar("t", 0.25),
    integers("u", 3, [], [0]),
    integers("b", 6, [2], [8, 0]),
  ];
  gives({ x: [1, 1, 1, 2], nodes, on }, "clip conv clip identity", [2, 3, 0, 0]);
});

test("a quantised matrix product", () => {
  const nodes = [
    node("QuantizeLinear", "x s z", "q"),
    node("QLinearMatMul", "q s z w t u s z", "p"),
    node("DequantizeLinear", "p s z", "y"),
  ];
  const on = [half, zero, integers("w", 2, [2, 1], [3, 5]), scalar("t", 2), integers("u", 2, [], [1])];
  gives({ x: [1, 2], nodes, on }, "clip gemm clip identity", [20]);
});

test("dynamic quantisation: its scale stands for 1", () => {
  const nodes = [
    node("DynamicQuantizeLinear", "x", "q qs qz"),
    node("MatMulInteger", "q w qz u", "i"),
    node("Cast", "i", "f", { to: 1 }),
    node("Mul", "qs t", "k"),
    node("Mul", "f k", "y"),
  ];
  const on = [integers("w", 2, [2, 2], [3, 5, 7, 9]), scalar("t", 0.5), integers("u", 2, [2], [1, 2])];
  gives({ x: [1, 2], nodes, on }, "identity gemm identity mul", [7, 8.5]);
});

test("values that move keep their scale", () => {
  const nodes = [
    node("QuantizeLinear", "x s z", "q"),
    node("Transpose", "q", "t"),
    node("DequantizeLinear", "t s z", "y"),
  ];
  gives({ x: [1, 2], nodes, on: [half, zero] }, "clip transpose identity", [1, 2]);
});

test("what has no float meaning is refused, with the way out", () => {
  const quantise = node("QuantizeLinear", "x s z", "y");
  refuses(
    { x: [2], nodes: [quantise], on: [half, zero] },
    /output "y": is quantised; end the model with DequantizeLinear/,
  );
  const other = [node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q t z", "y")];
  refuses(
    { x: [2], nodes: other, on: [half, zero, scalar("t", 1)] },
    /with scale 1, it was quantised with 0.5; export/,
  );
  const relu = [node("QuantizeLinear", "x s z", "q"), node("Relu", "q", "y")];
  refuses(
    { x: [2], nodes: relu, on: [half, zero] },
    /Relu of quantised values is not supported; export the float model/,
  );
  const blocks = node("DequantizeLinear", "w t", "y", { block_size: 2 });
  refuses(
    { x: [2], nodes: [blocks], on: [integers("w", 3, [1, 4], [1, 2, 3, 4]), floats("t", [1, 2], [1, 2])] },
    /blocks of 2/,
  );
  const dynamic = node("DynamicQuantizeLinear", "x", "q y z");
  refuses({ x: [2], nodes: [dynamic], on: [] }, /output "y": is quantised/);
});

test.run();
