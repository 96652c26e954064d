/** What the importer makes of whole models: inputs, batch, names, opsets, and what it refuses. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError, RequestError } from "../../src/errors.js";
import type { Boxes } from "../../src/graph/about.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { buildModel, counting, encode, floats, ints, modelProto, node, valueInfo } from "./model-builder.js";

const test = suite("onnx/import");
const relu = node("Relu", "x", "y");

function refuses(bytes: Uint8Array, ...parts: readonly RegExp[]): void {
  assert.throws(
    () => importOnnx(bytes),
    (error: unknown) => error instanceof ModelError && parts.every((part) => part.test(error.message)),
    `expected a ModelError with ${parts.join(" ")}`,
  );
}

test("a symbolic batch becomes 1 and keeps its name", () => {
  const { graph } = importOnnx(buildModel({ inputs: { x: ["frames", 3] }, nodes: [relu] }));
  assert.equal(graph.inputs, [{ name: "x", shape: [1, 3], batch: "frames" }]);
});

test("a batch without name or size is called batch", () => {
  const { graph } = importOnnx(buildModel({ inputs: { x: [0, 3] }, nodes: [relu] }));
  assert.equal(graph.inputs, [{ name: "x", shape: [1, 3], batch: "batch" }]);
});

test("another symbolic size is refused with input and dimension", () => {
  refuses(
    buildModel({ inputs: { picture: [1, "height"] }, nodes: [node("Relu", "picture", "y")] }),
    /"picture"/,
    /dimension 1 \("height"\)/,
  );
});

test("a reshape that repeats the batch works for other batches", () => {
  const bytes = buildModel({
    inputs: { x: ["n", 2, 3] },
    nodes: [
      node("Shape", "x", "shape"),
      node("Gather", "shape zero", "first", { axis: 0 }),
      node("Concat", "first rest", "target", { axis: 0 }),
      node("Reshape", "x target", "y"),
    ],
    initializers: [ints("zero", [0]), ints("rest", [-1])],
  });
  const { graph, notes } = importOnnx(bytes);
  assert.not.match(notes.join(), /only works/);
  assert.equal(
    graph.nodes.map((n) => [n.op, n.attrs]),
    [["reshape", { shape: [0, -1] }]],
  );
  const y = evaluateGraph(graph, new Map([["x", counting([4, 2, 3])]])).get("y")!;
  assert.equal(y.shape, [4, 6]);
});

test("a batch that is baked in is noted", () => {
  const nodes = [node("Reshape", "x target", "y")];
  const { notes } = importOnnx(buildModel({ inputs: { x: ["n", 6] }, nodes, initializers: [ints("target", [2, 3])] }));
  assert.match(notes.at(-1)!, /only works for a batch of 1 /);
});

test("sizes that the model leaves open are asked for, with the option that says them", () => {
  const bytes = buildModel({ inputs: { picture: ["n", 3, "height", 0] }, nodes: [node("Relu", "picture", "y")] });
  refuses(bytes, /"picture": dimension 2 \("height"\) is not fixed/, /--shape picture=1x3x224x224/);
});

test("sizes that the model leaves open are filled in, the batch keeps its name", () => {
  const bytes = buildModel({ inputs: { x: ["n", 3, "height", 0] }, nodes: [relu] });
  const { graph, notes } = importOnnx(bytes, { shapes: { x: [2, 3, 4, 5] } });
  assert.equal(graph.inputs, [{ name: "x", shape: [2, 3, 4, 5], batch: "n" }]);
  assert.equal(notes, ['input "x" takes n x 3 x height x ?; it became 2x3x4x5']);
  const y = evaluateGraph(graph, new Map([["x", counting([2, 3, 4, 5])]])).get("y")!;
  assert.equal(y.shape, [2, 3, 4, 5]);
});

test("shape arithmetic uses the sizes that were filled in", () => {
  const bytes = buildModel({
    inputs: { x: [1, 2, "height"] },
    nodes: [
      node("Shape", "x", "shape"),
      node("Gather", "shape two", "last", { axis: 0 }),
      node("Reshape", "x last", "y"),
    ],
    initializers: [ints("two", [2])],
  });
  assert.throws(() => importOnnx(bytes, { shapes: { x: [1, 2, 5] } }), /cannot become/);
});

test("shapes that contradict the model are refused", () => {
  const bytes = buildModel({ inputs: { x: ["n", 3, "height"] }, nodes: [relu] });
  const asked = (shapes: Record<string, number[]>, message: RegExp) =>
    assert.throws(
      () => importOnnx(bytes, { shapes }),
      (error: unknown) => error instanceof RequestError && message.test(error.message),
    );
  asked({ x: [1, 4, 5] }, /"x": shape 1x4x5 was asked for, the model takes n x 3 x height/);
  asked({ x: [1, 3] }, /1x3 was asked for/);
  asked({ x: [1, 3, 0] }, /1x3x0 was asked for/);
  asked({ x: [1, 3, 1.5] }, /was asked for/);
  asked({ z: [1, 3, 5] }, /z: no such input; there is x/);
});

test("an input without any shape takes the one that is asked for", () => {
  const model = modelProto({ inputs: { x: [1, 2] }, nodes: [relu] });
  model.graph.input = [{ name: "x", type: { tensorType: { elemType: 1 } } }];
  refuses(encode(model), /has no shape; say the sizes, for example --shape x=1x3x224x224/);
  assert.equal(importOnnx(encode(model), { shapes: { x: [1, 2] } }).graph.inputs[0]!.shape, [1, 2]);
});

test("notes tell what was computed away, left out and converted", () => {
  const half = { ...floats("half", [2], []), dataType: 10, rawData: new Uint8Array([0, 0x3c, 0, 0x40]) };
  const { graph, notes } = importOnnx(
    buildModel({
      inputs: { x: [1, 2], unused: [1] },
      nodes: [
        node("Shape", "x", "shape"),
        node("Reshape", "x shape", "same"),
        node("Sqrt", "unused", "nothing"),
        node("Add", "same half", "y"),
      ],
      initializers: [half],
    }),
  );
  assert.equal(notes, [
    "1 node on constants and shapes was computed away (Shape)",
    "1 node that no output depends on was left out (Sqrt)",
    "1 tensor of float16 became float32",
    'input "unused" is read by nothing and was left out',
  ]);
  assert.equal(
    graph.inputs.map(({ name }) => name),
    ["x"],
  );
});

test("an error lists every operator that is not supported, with its nodes and what can be done", () => {
  const nodes = [
    node("Fly", "x", "a"),
    { ...node("Fly", "a", "b"), name: "second" },
    node("Swim", "x", "c"),
    node("Add", "b c", "y"),
  ];
  refuses(buildModel({ inputs: { x: [1, 2] }, nodes }), /Fly \(Fly_0, second\); Swim \(Swim_2\)/, /Export with/);
});

test("initializers that are listed as inputs are constants", () => {
  const bytes = buildModel({
    inputs: { x: [1, 2], w: [2] },
    nodes: [node("Add", "x w", "y")],
    initializers: [floats("w", [2], [10, 20])],
  });
  const { graph } = importOnnx(bytes);
  assert.equal(
    graph.inputs.map(({ name }) => name),
    ["x"],
  );
  const y = evaluateGraph(graph, new Map([["x", counting([1, 2])]])).get("y")!;
  assert.equal([...y.data], [11, 22]);
});

test("node names are kept, made up and made unique", () => {
  const nodes = [
    { ...node("Relu", "x", "a"), name: "act" },
    node("Relu", "a", "b"),
    { ...node("Relu", "b", "y"), name: "act" },
  ];
  const { graph } = importOnnx(buildModel({ inputs: { x: [1] }, nodes }));
  assert.equal(
    graph.nodes.map(({ name }) => name),
    ["act", "Relu_1", "act_2"],
  );
});

test("nodes that no output depends on are left out, whatever they are", () => {
  const nodes = [relu, node("Einsum", "x", "unused"), node("Dropout", "x", "d mask")];
  const { graph } = importOnnx(buildModel({ inputs: { x: [1] }, nodes }));
  assert.equal(
    graph.nodes.map(({ op }) => op),
    ["relu"],
  );
});

test("one error lists every unsupported operator", () => {
  const nodes = [
    ...[0, 1, 2, 3].map((i) => node("Det", i === 0 ? "x" : `e${i - 1}`, `e${i}`)),
    node("Relu", "e3", "r"),
    node("ConstantOfShape", "x", "g"),
    node("Einsum", "r g", "y"),
    { ...node("FusedConv", "r", "z"), domain: "com.microsoft" },
  ];
  const bytes = buildModel({ inputs: { x: [2] }, nodes, outputs: ["y", "z"], initializers: [ints("indices", [0])] });
  refuses(
    bytes,
    /Det \(Det_0, Det_1, Det_2 and 1 more\)/,
    /ConstantOfShape of computed values \(ConstantOfShape_5\)/,
    /Einsum \(Einsum_6\)/,
    /com\.microsoft\.FusedConv/,
    /CONTRIBUTING\.md/,
  );
});

test("opsets before 1, missing ones and other domains", () => {
  refuses(buildModel({ opset: 0, inputs: { x: [1] }, nodes: [relu] }), /opset 0/, /expected 1/);
  const other = {
    ...modelProto({ inputs: { x: [1] }, nodes: [relu] }),
    opsetImport: [{ domain: "ai.onnx.ml", version: 2 }],
  };
  refuses(encode(other), /opset/);
  const named = { ...other, opsetImport: [{ domain: "ai.onnx", version: 9 }, ...other.opsetImport] };
  const { opset, notes } = importOnnx(encode(named));
  assert.is(opset, 9);
  assert.match(notes.join(), /ai\.onnx\.ml/);
});

test("integer inputs become float, with a word on what that loses, and quotients stay whole", () => {
  const nodes = [node("Div", "x z", "q"), node("Add", "q one", "y")];
  const model = modelProto({ nodes, initializers: [ints("one", [1])] });
  const input = [valueInfo("x", [2], 6), valueInfo("z", [2], 3)];
  const { graph, notes } = importOnnx(encode({ ...model, graph: { ...model.graph, input } }));
  assert.match(notes[0]!, /"x" takes int32; it became float32, which rounds/);
  assert.match(notes[1]!, /"z" takes int8; it became float32$/);
  const numbers = (values: number[]) => ({ shape: [2], data: Float64Array.from(values) });
  const values = evaluateGraph(
    graph,
    new Map([
      ["x", numbers([7, -7])],
      ["z", numbers([2, 2])],
    ]),
  );
  assert.equal([...values.get("y")!.data], [4, -2]);
});

test("inputs that are not float tensors", () => {
  const base = modelProto({ inputs: {}, nodes: [relu] });
  const taking = (info: ReturnType<typeof valueInfo>) => encode({ ...base, graph: { ...base.graph, input: [info] } });
  refuses(taking(valueInfo("x", [1], 9)), /input "x"/, /bool/);
  refuses(taking({ name: "x", type: {} }), /input "x"/, /not a tensor/);
  refuses(taking({ name: "x", type: { tensorType: { elemType: 1 } } }), /input "x"/, /no shape/);
  refuses(taking(valueInfo("x", [1, -4])), /input "x"/, /-4/);
  refuses(taking(valueInfo("x", [2 ** 20, 2 ** 20])), /1048576x1048576/);
});

test("functions and sparse initializers are refused by name", () => {
  const base = modelProto({ inputs: { x: [1] }, nodes: [relu] });
  refuses(encode({ ...base, functions: [{ name: "MyBlock" }] }), /MyBlock/);
  refuses(encode({ ...base, graph: { ...base.graph, sparseInitializer: [{ values: { name: "thin" } }] } }), /thin/);
});

test("the name option wins over the model's name", () => {
  const bytes = buildModel({ inputs: { x: [1] }, nodes: [relu] });
  assert.is(importOnnx(bytes).graph.name, "test");
  assert.is(importOnnx(bytes, { name: "mine" }).graph.name, "mine");
});

test("what is known of a network survives a round trip", () => {
  const { graph } = importOnnx(buildModel({ inputs: { x: [1, 3, 2, 2] }, nodes: [relu] }));
  const about = {
    labels: ["cat", "dög"],
    task: "classes" as const,
    preprocessing: {
      x: {
        width: 2,
        height: 2,
        layout: "nchw" as const,
        colour: "rgb" as const,
        mean: [0.5, 0.5, 0.5],
        std: [1, 1, 1],
      },
    },
    provenance: [{ step: "prune", detail: "l1", measurements: [{ name: "macs", before: 2, after: 1 }] }],
  };
  assert.equal(importOnnx(exportOnnx({ ...graph, about })).graph.about, about);
});

const BOXES: Boxes = {
  boxesOutput: 0,
  scoresOutput: 0,
  order: "numbers_first",
  layout: "centre",
  unit: "relative",
  activation: "sigmoid",
  objectness: true,
  background: -1,
  score: 0.25,
  iou: 0.45,
  most: 7,
  acrossClasses: true,
  anchors: [0.5, 0.5, 0.25, 0.25],
  variances: [0.1, 0.1, 0.2, 0.2],
};

test("what is known of boxes survives a round trip, and needs the task", () => {
  const { graph } = importOnnx(buildModel({ inputs: { x: [1] }, nodes: [relu] }));
  const about = { ...graph.about, task: "boxes" as const, boxes: BOXES };
  assert.equal(importOnnx(exportOnnx({ ...graph, about })).graph.about, about);
  const contradictory = { ...about, task: "classes" as const };
  const back = importOnnx(exportOnnx({ ...graph, about: contradictory }));
  assert.equal(back.graph.about, { ...graph.about, task: "classes" });
  assert.match(back.notes.join(), /contradict/);
});

test("metadata that cannot be understood is noted", () => {
  const base = modelProto({ inputs: { x: [1] }, nodes: [relu] });
  const metadataProps = [
    { key: "espalier.labels", value: '["a"]' },
    { key: "espalier.task", value: '"fly"' },
    { key: "espalier.preprocessing", value: '{"x": {"width": "wide"}}' },
    { key: "espalier.provenance", value: "[" },
    { key: "author", value: "[" },
  ];
  const { graph, notes } = importOnnx(encode({ ...base, metadataProps }));
  assert.equal(graph.about, { labels: ["a"], task: "tensors", preprocessing: {}, provenance: [] });
  assert.is(notes.length, 3);
});

test.run();
