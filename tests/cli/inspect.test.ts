import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { uniform } from "../../src/random.js";
import { describeGraph } from "../../src/measure/facts.js";
import { openGraph } from "../../src/measure/runner.js";
import { classifier, json, succeeds, temporaryFolder, twoEnds, writeOnnx } from "./command-line.js";

const test = suite("cli/inspect");
const folder = temporaryFolder();
const graph = classifier();
const onnx = writeOnnx(folder.at("net.onnx"), graph);
const esp = folder.at("net.esp");
writeFileSync(esp, compile(graph));

test("cost, memory, layers and units as data", async () => {
  const data = await json("inspect", onnx);
  const facts = describeGraph(graph);
  const session = await openGraph(graph);
  assert.equal([data.macs, data.parameters], [facts.macs, facts.parameters]);
  const plain = data.layers.map(({ name, op, shape, macs, parameters }: (typeof facts.layers)[number]) => {
    return { name, op, shape, macs, parameters };
  });
  assert.equal(plain, facts.layers);
  assert.equal([data.bytes, data.peakBytes], [compile(graph).length, session.peakBytes]);
  assert.is(data.memory.totalBytes, session.peakBytes);
  assert.equal([data.file, data.format], [onnx, "onnx"]);
  assert.equal(data.units[0], {
    name: "conv1",
    width: 4,
    frozen: null,
    residual: true,
    producers: ["conv1", "layer1.0.conv2", "layer2.0.conv2", "layer3.0.conv2"],
  });
  assert.equal(data.units.at(-1).frozen, "is an output of the network");
  assert.equal(data.inputs, [{ name: "input", shape: [1, 3, 8, 8], batch: "" }]);
  assert.equal(data.outputs, [{ name: "logits", shape: [1, 4] }]);
});

test("a compiled network, batch norms folded in", async () => {
  const [before, after] = [await json("inspect", onnx), await json("inspect", esp)];
  assert.is(after.format, "esp");
  assert.equal([after.macs, after.bytes, after.peakBytes], [before.macs, before.bytes, before.peakBytes]);
  assert.is(after.fileBytes, after.bytes);
  const widths = ({ units }: typeof after) =>
    units.map(({ width, frozen }: { width: number; frozen: string | null }) => [width, frozen]);
  assert.equal(widths(after), widths(before));
});

test("text for people", async () => {
  for (const file of [onnx, esp]) {
    const text = await succeeds("inspect", file);
    assert.match(text, /^.*net\.(onnx|esp): resnet8\ninputs +input 1x3x8x8\noutputs +logits 1x4\n/);
    assert.match(text, /cannot be removed/);
    assert.match(text, /is an output of the network/);
    assert.match(text, /\d k multiply-adds, .* parameters\n.*compiled, .* of memory to run/);
    assert.not.match(text, /undefined|NaN|\[object/);
  }
});

test("which kernel computes a layer; what is left of a filter with zeros, and whether that runs sparse or dense, and why", async () => {
  const b = new GraphBuilder(3);
  const thin = b.relu("relu", b.conv("thin", b.input("x", [1, 32, 28, 28]), 32, 3));
  const graph = b.build("zeros", [b.conv("whole", b.conv("thick", thin, 32, 3), 32, 3)]);
  const next = uniform(5);
  for (const [name, kept] of [
    ["thin", 0.05],
    ["thick", 0.6],
  ] as const) {
    const { data } = graph.constants.get(`${name}.weight`)!;
    data.forEach((_, i) => {
      if (next() >= kept) data[i] = 0;
    });
  }
  const file = writeOnnx(folder.at("zeros.onnx"), graph);
  const [layer, relu, second, third] = (await json("inspect", file)).layers;
  assert.equal([layer.kernel, layer.runsSparse], ["conv_sparse_f32", true]);
  assert.ok(Math.abs(layer.density - 0.05) < 0.01);
  assert.match(layer.why, /^modelled cost: conv_sparse_f32 /);
  assert.equal([relu.kernel, relu.why, relu.density, relu.runsSparse], [null, null, null, null]);
  assert.ok(Math.abs(second.density - 0.6) < 0.02);
  assert.is(second.runsSparse, false);
  assert.match(second.kernel, /^conv_winograd/);
  assert.equal([third.density, third.runsSparse], [1, null]);
  const text = await succeeds("inspect", file);
  assert.match(text, /\nthin: \d\.\d% of the weights are left, runs sparse on conv_sparse_f32 \(modelled cost: /);
  assert.match(text, /\nthick: \d\d\.\d% of the weights are left, runs dense on conv_winograd/);
  assert.not.match(text, /\nwhole: /);
});

test("several inputs and outputs", async () => {
  const file = writeOnnx(folder.at("two.onnx"), twoEnds());
  const data = await json("inspect", file);
  assert.equal(
    data.inputs.map(({ name }: { name: string }) => name),
    ["a", "b:0"],
  );
  assert.equal(data.units, []);
  assert.match(await succeeds("inspect", file), /inputs +a 1x3, b:0 1x3\noutputs +sum\/of:both 1x3, x y 1x3\n/);
});

test.run();
