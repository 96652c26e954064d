/** The same file at other sizes: another batch, another picture. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { readNetwork } from "../../src/compile/raise.js";
import { ModelError, RequestError } from "../../src/errors.js";
import { type Graph, type Shape, sizeOf } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { MODELS } from "../../src/models/index.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { uniform } from "../../src/random.js";
import { load } from "../../src/runtime/index.js";
import { detector } from "./detectors.js";

const test = suite("runtime/resize");

function noise(shape: Shape, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => 2 * next() - 1);
}

const withShape = (graph: Graph, shape: Shape): Graph => ({
  ...graph,
  inputs: graph.inputs.map((input) => ({ ...input, shape })),
});

/** Convolutions of every kind, pooling, an average over everything, a dense layer. */
function classifier(): Graph {
  const b = new GraphBuilder(31);
  const c1 = b.relu("a1", b.batchNorm("n1", b.conv("c1", b.input("x", [1, 3, 12, 10]), 8, 3, { stride: 2 })));
  const deep = b.relu("a2", b.conv("c2", c1, 8, 3, { groups: 8, bias: true }));
  const joined = b.node("sum", "add", {}, [b.conv("c3", deep, 8, 1), c1]);
  const window = { kernel: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0], ceil: true } as const;
  const pooled = b.node("pool", "max-pool", window, [joined]);
  const mean = b.node("mean", "global-average-pool", {}, [pooled]);
  const logits = b.gemm("logits", b.node("flat", "flatten", { axis: 1 }, [mean]), 5);
  return b.build("classifier", [b.node("y", "softmax", { axis: 1 }, [logits])]);
}

async function checkBatch(graph: Graph, batch: number): Promise<void> {
  const bytes = compile(graph);
  const [{ name, shape }] = graph.inputs as [Graph["inputs"][number]];
  const [one, many] = [
    await load(bytes, { build: "baseline" }),
    await load(bytes, { build: "baseline", shapes: { [name]: [batch, ...shape.slice(1)] } }),
  ];
  assert.equal(many.inputs[0]!.shape, [batch, ...shape.slice(1)]);
  assert.is(many.macs, batch * one.macs);
  const pixels = noise([batch, ...shape.slice(1)], 5);
  const all = many.run({ [name]: pixels });
  for (let i = 0; i < batch; i++) {
    const single = one.run({ [name]: pixels.slice(i * sizeOf(shape), (i + 1) * sizeOf(shape)) });
    for (const { name: output } of one.outputs) {
      const size = single[output]!.length;
      assert.equal(all[output]!.slice(i * size, (i + 1) * size), single[output]!, `${graph.name}, picture ${i}`);
    }
  }
}

test("a batch gives each picture the answer that it gets alone, bit for bit", () => checkBatch(classifier(), 4));
test("so does a batch through a detector", () => checkBatch(detector(), 3));

test("so does a batch through a ResNet", () => checkBatch(MODELS["resnet20_32"]!({ seed: 3 }), 2));
test("so does a batch through a MobileNet", () => checkBatch(MODELS["mobilenet_v2"]!({ seed: 3 }), 2));

for (const shape of [
  [1, 3, 12, 10],
  [1, 3, 17, 31],
  [2, 3, 5, 64],
]) {
  test(`at ${shape.join("x")} a network computes what its graph means there`, async () => {
    for (const graph of [classifier(), detector()]) {
      const session = await load(compile(graph), { shapes: { x: shape } });
      const x = noise(shape, 7);
      const expected = evaluateGraph(withShape(graph, shape), new Map([["x", { shape, data: x }]]));
      const outputs = session.run({ x });
      for (const { name, shape: outputShape } of session.outputs) {
        const { shape: wanted, data } = expected.get(name)!;
        assert.equal(outputShape, wanted);
        data.forEach((value, i) =>
          assert.ok(Math.abs(value - outputs[name]![i]!) < 1e-4, `${graph.name} ${name} ${i}`),
        );
      }
    }
  });
}

test("the picture that goes in follows the size", async () => {
  const session = await load(compile(detector()), { shapes: { x: [1, 3, 9, 11] } });
  const { width, height } = session.inputs[0]!.preprocessing!;
  assert.equal([width, height], [11, 9]);
  const graph = await readNetwork(compile(detector()), { shapes: { x: [1, 3, 9, 11] } });
  assert.equal(graph.inputs[0]!.shape, [1, 3, 9, 11]);
  assert.is(graph.about.preprocessing["x"]!.width, 11);
});

test("the compiled size is another name for none", async () => {
  const bytes = compile(classifier());
  const sessions = [
    await load(bytes),
    await load(bytes, { shapes: {} }),
    await load(bytes, { shapes: { x: [1, 3, 12, 10] } }),
  ];
  const x = noise([1, 3, 12, 10], 9);
  const [first, ...others] = sessions.map((session) => session.run({ x })["y"]!);
  for (const other of others) assert.equal(other, first);
});

/** A dense layer on all pixels: only one size of picture fits. */
function rigid(): Graph {
  const b = new GraphBuilder(32);
  const flat = b.node("flat", "flatten", { axis: 1 }, [b.conv("c", b.input("x", [1, 3, 4, 4]), 2, 3)]);
  return b.build("rigid", [b.gemm("fc", flat, 3)]);
}

async function refusal(graph: Graph, shapes: Record<string, readonly number[]>): Promise<Error> {
  const error: unknown = await load(compile(graph), { shapes }).catch((thrown: unknown) => thrown);
  assert.instance(error, Error);
  return error as Error;
}

test("a layer that a size does not fit is named, with the size", async () => {
  const error = await refusal(rigid(), { x: [1, 3, 5, 5] });
  assert.instance(error, ModelError);
  assert.is((error as ModelError).where, "fc");
  assert.match(
    error.message,
    /^fc: filter wants 32 input features.*\(x was compiled as 1x3x4x4, 1x3x5x5 does not fit\)$/,
  );
  assert.match((await refusal(classifier(), { x: [1, 4, 12, 10] })).message, /c1.*1x4x12x10 does not fit/);
});

test("anchors are for one size", async () => {
  const anchors = Array.from({ length: 96 }, () => 0.5);
  const graph = detector({ layout: "centre", anchors, variances: [1, 1, 1, 1] });
  const error = await refusal(graph, { x: [1, 3, 8, 8] });
  assert.match(error.message, /24 anchors for 64 places \(x was compiled as 1x3x4x6, 1x3x8x8 does not fit\)/);
});

test("shapes that are none are refused", async () => {
  for (const shape of [[1, 3, 12], [1, 3, 0, 10], [1, 3, 1.5, 10], [1, 3, -1, 10], [1, 3, NaN, 10], []]) {
    const error = await refusal(classifier(), { x: shape });
    assert.instance(error, RequestError);
    assert.match(error.message, /x: shape .* was asked for; expected 4 sizes as in 1x3x12x10/);
  }
  assert.match((await refusal(classifier(), { y: [1] })).message, /y: no such input; there is x/);
});

test("a size that would need endless memory is refused before it is allocated", async () => {
  assert.match((await refusal(classifier(), { x: [1, 3, 2 ** 24, 2 ** 24] })).message, /out of range/);
  const error: unknown = await load(compile(classifier()), { shapes: { x: [8, 3, 64, 64] }, maxBytes: 100_000 }).catch(
    (thrown: unknown) => thrown,
  );
  assert.instance(error, RequestError);
});

test.run();
