import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
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
  assert.equal([data.macs, data.parameters, data.layers], [facts.macs, facts.parameters, facts.layers]);
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
