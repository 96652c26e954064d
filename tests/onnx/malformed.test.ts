/** Whatever bytes come in, only an `EspalierError` goes out. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EspalierError, ModelError } from "../../src/errors.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import type { TensorProto } from "../../src/onnx/tensor-proto.js";
import { buildModel, encode, floats, ints, modelProto, node } from "./model-builder.js";
import { random, sampleNetwork } from "./sample-graphs.js";

const test = suite("onnx/malformed");

function refuses(bytes: Uint8Array, ...parts: readonly RegExp[]): void {
  assert.throws(
    () => importOnnx(bytes),
    (error: unknown) => error instanceof ModelError && parts.every((part) => part.test(error.message)),
    `expected a ModelError with ${parts.join(" ")}`,
  );
}

const relu = node("Relu", "x", "y");
const withWeight = (weight: TensorProto) =>
  buildModel({ inputs: { x: [2] }, nodes: [node("Add", "x w", "y")], initializers: [weight] });

test("bytes that are not a model", () => {
  refuses(new Uint8Array(), /not an ONNX model/, /no graph in its 0 bytes/);
  refuses(new TextEncoder().encode("<!DOCTYPE html><html></html>"), /not an ONNX model/);
  refuses(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), /not an ONNX model: .* at byte \d+ of 8/);
});

test("a model without nodes, outputs, or what an output should be", () => {
  refuses(buildModel({ inputs: { x: [1] }, nodes: [] }), /no nodes/);
  refuses(buildModel({ inputs: { x: [1] }, nodes: [relu], outputs: [] }), /no outputs/);
  refuses(buildModel({ inputs: { x: [1] }, nodes: [relu], outputs: ["other"] }), /output "other"/, /not computed/);
});

test("values that are missing or defined twice are errors with the node's name", () => {
  refuses(buildModel({ inputs: {}, nodes: [relu] }), /Relu_0: reads "x"/);
  refuses(buildModel({ inputs: { x: [1] }, nodes: [node("Relu", "", "y")] }), /Relu_0: input 0 is missing/);
  refuses(buildModel({ inputs: { x: [1] }, nodes: [relu, relu] }), /Relu_1: defines "y"/);
  refuses(buildModel({ inputs: { x: [1] }, nodes: [node("Relu", "y", "y")] }), /reads "y"/);
  const twice = {
    inputs: { x: [1] },
    nodes: [node("Add", "x w", "y")],
    initializers: [floats("w", [1], [1]), floats("w", [1], [1])],
  };
  refuses(buildModel(twice), /tensor "w"/, /defined already/);
});

test("operator names that JavaScript knows are only names", () => {
  for (const name of ["constructor", "toString", "__proto__"]) {
    refuses(buildModel({ inputs: { x: [1] }, nodes: [node(name, "x", "y")] }), new RegExp(`not supported: ${name}`));
  }
});

test("weights that do not fit their shape are errors with the tensor's name", () => {
  const w = floats("w", [2], [1, 2]);
  refuses(withWeight({ ...w, dims: [3] }), /tensor "w"/, /8 bytes/, /12 bytes/);
  refuses(withWeight({ ...w, dims: [-2] }), /tensor "w"/, /negative/);
  refuses(withWeight({ ...w, dims: [2 ** 31, 2 ** 31] }), /tensor "w"/, /too large/);
  refuses(withWeight({ name: "w", dims: [2], dataType: 1, floatData: [1] }), /tensor "w"/, /holds 1 float32/);
  refuses(withWeight({ ...w, dataType: 8 }), /tensor "w"/, /string/);
  refuses(withWeight({ ...w, dataType: 99 }), /tensor "w"/, /number 99/);
  refuses(withWeight({ name: "w", dims: [2] }), /tensor "w"/, /undefined/);
});

test("weights in another file", () => {
  const entries = (length: string) => [
    { key: "location", value: "weights.bin" },
    { key: "offset", value: "4" },
    { key: "length", value: length },
  ];
  const w = (length: string): TensorProto => ({
    name: "w",
    dims: [2],
    dataType: 1,
    dataLocation: 1,
    externalData: entries(length),
  });
  const file = Uint8Array.from(new Uint8Array(Float32Array.of(9, 1, 2).buffer));
  const asked: string[] = [];
  const external = (location: string) => {
    asked.push(location);
    return file;
  };
  const { graph } = importOnnx(withWeight(w("8")), { external });
  assert.equal([...graph.constants.get("w")!.data], [1, 2]);
  assert.equal(asked, ["weights.bin"]);
  refuses(withWeight(w("8")), /tensor "w"/, /"weights.bin"/, /external/);
  for (const [length, says] of [
    ["12", /12 bytes from 4/],
    ["-1", /-1 bytes/],
    ["many", /NaN bytes/],
    ["4", /holds 4 bytes/],
  ] as const) {
    assert.throws(
      () => importOnnx(withWeight(w(length)), { external }),
      (error: unknown) => error instanceof ModelError && says.test(error.message),
    );
  }
});

test("a long list where a short one belongs", () => {
  const nodes = [node("ConstantOfShape", "n", "big"), node("Reshape", "x big", "y")];
  refuses(buildModel({ inputs: { x: [1] }, nodes, initializers: [ints("n", [2000])] }), /Reshape_1/, /2000 elements/);
});

test("constants cannot add up to endless memory", () => {
  const nodes = [0, 1, 2].map((i) => node("ConstantOfShape", "n", `c${i}`));
  const reads = [0, 1, 2].map((i) => node("Shape", `c${i}`, `s${i}`));
  const sum = node("Concat", "s0 s1 s2", "all", { axis: 0 });
  const bytes = buildModel({
    inputs: { x: [1] },
    nodes: [...nodes, ...reads, sum, node("Cast", "all", "y", { to: 1 })],
    initializers: [ints("n", [2 ** 27])],
  });
  refuses(bytes, /ConstantOfShape_2/, /in all/);
});

test("every truncation and a few hundred random changes throw nothing but an EspalierError", () => {
  const whole = exportOnnx(sampleNetwork());
  const next = random(1);
  const below = (n: number) => Math.floor(((next() + 1) / 2) * n);
  const attempt = (bytes: Uint8Array, what: string) => {
    try {
      importOnnx(bytes);
    } catch (error) {
      assert.ok(error instanceof EspalierError, `${what}: ${error instanceof Error ? error.stack : error}`);
    }
  };
  for (let length = 0; length < whole.length; length += 7) attempt(whole.subarray(0, length), `first ${length} bytes`);
  for (let round = 0; round < 600; round++) {
    const bytes = Uint8Array.from(whole);
    const changes = Array.from({ length: 1 + below(4) }, () => [below(bytes.length), below(256)] as const);
    changes.forEach(([at, value]) => (bytes[at] = value));
    attempt(bytes, `round ${round}: ${JSON.stringify(changes)}`);
  }
});

test("changes in the structure, not the weights, throw nothing but an EspalierError", () => {
  const next = random(2);
  const below = (n: number) => Math.floor(((next() + 1) / 2) * n);
  const base = modelProto({
    inputs: { x: [1, 1, 4, 4] },
    nodes: [
      node("Shape", "x", "s"),
      node("Gather", "s i", "g"),
      node("Concat", "g t", "target", { axis: 0 }),
      node("MaxPool", "x", "p", { kernel_shape: [2, 2], strides: [1, 1], pads: [0, 0, 1, 1] }),
      node("Reshape", "p target", "r"),
      node("Softmax", "r", "y", { axis: 1 }),
    ],
    initializers: [ints("i", [0]), ints("t", [-1])],
  });
  const whole = encode(base);
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from(whole);
    for (let change = below(3); change >= 0; change--) bytes[below(bytes.length)] = below(256);
    try {
      importOnnx(bytes);
    } catch (error) {
      assert.ok(error instanceof EspalierError, `round ${round}: ${error instanceof Error ? error.stack : error}`);
    }
  }
});

test.run();
