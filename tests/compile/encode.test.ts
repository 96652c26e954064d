import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile, encodeNetwork } from "../../src/compile/encode.js";
import { lowerGraph, weightBytes } from "../../src/compile/lower.js";
import { ModelError } from "../../src/errors.js";
import { resnet, vgg } from "../../src/models/index.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { drawInputs, runFile } from "../ops/oracle.js";
import { ABOUT, everyLayer, tiny } from "../runtime/samples.js";

const test = suite("compile/encode");

const MODELS = {
  resnet: () => resnet({ depth: 20, width: 16, size: 16 }),
  vgg: () => vgg({ layers: [32, "pool", 64, "pool"], size: 16, hidden: [64] }),
};

for (const [name, model] of Object.entries(MODELS)) {
  test(`${name} with float16 weights: half the file, nearly the same answers`, async () => {
    const graph = model();
    const [f32, f16] = [compile(graph), compile(graph, { weights: "f16" })];
    assert.ok(f16.length < 0.55 * f32.length && f16.length > 0.5 * f32.length, `${f16.length} of ${f32.length}`);
    const inputs = drawInputs(graph);
    const [exact, close] = [(await runFile(f32, inputs)).outputs, (await runFile(f16, inputs)).outputs];
    const [a, b] = [exact["logits"]!, close["logits"]!];
    const scale = Math.max(...a.map(Math.abs));
    const error = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
    // Weights are off by at most 2^-11 each, in both directions.
    assert.ok(error > 0 && error < 0.01 * scale, `${error} of ${scale}`);
  });
}

test("vectors stay float32", async () => {
  const { layers } = await decodeFile(compile(everyLayer(), { weights: "f16" }));
  const conv = layers.find(({ op }) => op.type === "convolution")!.op;
  const scale = layers.find(({ op }) => op.type === "scale")!.op;
  assert.ok(conv.type === "convolution" && scale.type === "scale");
  if (conv.type !== "convolution" || scale.type !== "scale") return;
  assert.equal([conv.filter.encoding, conv.bias!.encoding, scale.scale.encoding], ["f16", "f32", "f32"]);
});

test("the same graph gives the same bytes", () => {
  for (const graph of [everyLayer, tiny]) assert.equal(compile(graph()), compile(graph()));
});

test("what is known about a graph travels along", async () => {
  const network = await decodeFile(compile({ ...everyLayer(), about: ABOUT }));
  assert.equal(network.labels, ABOUT.labels);
  assert.equal(network.task, { kind: ABOUT.task, boxes: undefined });
  assert.equal(network.provenance, ABOUT.provenance);
  assert.equal(
    network.inputs.map(({ preprocessing }) => preprocessing),
    [ABOUT.preprocessing["x"], undefined],
  );
});

test("a batch that had a name keeps it", async () => {
  const graph = tiny();
  const named = { ...graph, inputs: graph.inputs.map((input) => ({ ...input, batch: "N" })) };
  assert.is((await decodeFile(compile(named))).inputs[0]!.batch, "N");
});

test("encoding without passes keeps every node", async () => {
  const graph = resnet({ depth: 8, width: 4, size: 8 });
  const { layers } = await decodeFile(encodeNetwork(graph, lowerGraph(graph)));
  assert.equal(
    layers.map(({ name }) => name),
    graph.nodes.map(({ name }) => name),
  );
  const folded = (await decodeFile(compile(graph))).layers;
  assert.ok(folded.length < layers.length && folded.every(({ op }) => op.type !== "scale"));
});

test("bytes of weights are those of the file", async () => {
  const graph = everyLayer();
  const bytes = weightBytes(lowerGraph(graph));
  assert.ok(bytes < compile(graph).length && bytes > 0.3 * compile(graph).length);
});

test("a constant that is an output is refused by the graph's name", () => {
  assert.throws(
    () => compile({ ...tiny(), outputs: ["y", "y.weight"] }),
    (error: unknown) =>
      error instanceof ModelError && /^tiny: "y.weight" is a constant where a computed value/.test(error.message),
  );
});

test.run();
