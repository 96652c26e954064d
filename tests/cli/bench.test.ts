import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { countParameters } from "../../src/ops/walk.js";
import { readLatencyTableFile } from "../../src/cli/latency-table.js";
import { predictMilliseconds } from "../../src/measure/latency-model.js";
import { openGraph } from "../../src/measure/runner.js";
import { classifier, json, refuses, succeeds, temporaryFolder, writeOnnx } from "./command-line.js";

const test = suite("cli/bench");
const folder = temporaryFolder();
const graph = classifier();
const onnx = writeOnnx(folder.at("net.onnx"), graph);
const esp = folder.at("net.esp");
writeFileSync(esp, compile(graph));
const QUICK = ["--runs", "5", "--warm-up", "1"];

test("one row a network, ratios against the first", async () => {
  const data = await json("bench", onnx, esp, ...QUICK);
  assert.match(data.engine, /^node \d+/);
  assert.ok(["baseline", "relaxed"].includes(data.build));
  assert.is(data.threads, 1);
  assert.equal(
    data.models.map(({ file }: { file: string }) => file),
    [onnx, esp],
  );
  const session = await openGraph(graph);
  for (const model of data.models) {
    assert.is(model.ratio, data.models[0].medianMs / model.medianMs);
    assert.ok(0 < model.minMs && model.minMs <= model.medianMs && model.medianMs <= model.p95Ms);
    assert.equal([model.macs, model.bytes, model.peakBytes], [session.macs, compile(graph).length, session.peakBytes]);
    assert.not("layers" in model);
  }
  assert.is(data.models[0].ratio, 1);
  assert.is(data.models[0].parameters, countParameters(graph));
});

test("layer by layer", async () => {
  const { models } = await json("bench", esp, ...QUICK, "--layers", "--build", "baseline");
  const session = await openGraph(graph, { build: "baseline" });
  assert.equal(
    models[0].layers.map(({ name }: { name: string }) => name),
    session.layers.map(({ name }) => name),
  );
  for (const layer of models[0].layers) assert.ok(layer.milliseconds >= 0 && layer.kernel !== "");
  const text = await succeeds("bench", esp, ...QUICK, "--layers");
  assert.match(text, /net\.esp, layer by layer\n\n.*layer +kernel +median +share/);
});

test("text for people", async () => {
  const text = await succeeds("bench", onnx, esp, ...QUICK);
  assert.match(text, /^node .*, (baseline|relaxed) build, 1 thread\n\nfile +median +min +p95 +speed/);
  assert.match(text, /net\.onnx .* 1\.00x +1\.00x/);
  assert.not.match(text, /undefined|NaN/);
});

test("several threads", async () => {
  assert.is((await json("bench", esp, ...QUICK, "--threads", "2")).threads, 2);
  assert.match(await succeeds("bench", esp, ...QUICK, "--threads", "2"), /^node .* build, 2 threads\n/);
});

test("kernels are measured, written down, and taken from there", async () => {
  const path = folder.at("tuning.json");
  const { models } = await json("bench", esp, ...QUICK, "--layers", "--tune", "--save-tuning", path);
  const picked = (layers: { name: string; type: string; kernel: string }[]) =>
    layers.filter(({ type }) => type === "convolution").map(({ kernel }) => kernel);
  const tuning = JSON.parse(readFileSync(path, "utf8"));
  assert.match(tuning.engine, /^node \d+/);
  assert.equal(Object.values(tuning.kernels), picked(models[0].layers));
  const again = await json("bench", esp, ...QUICK, "--layers", "--tuning", path);
  assert.equal(picked(again.models[0].layers), picked(models[0].layers));
  const whys = again.models[0].layers.filter(({ type }: { type: string }) => type === "convolution");
  assert.ok(whys.every(({ why }: { why: string }) => why === "as the tuning says"));
});

test("tunings that cannot be taken or written", async () => {
  const path = folder.at("wrong.json");
  const attempt = (code: number, message: RegExp, ...words: string[]) =>
    refuses(folder.path, ["bench", ...words, ...QUICK], code, message);
  writeFileSync(path, "{\n");
  await attempt(2, /wrong\.json: is no JSON; expected what --save-tuning writes/, esp, "--tuning", path);
  writeFileSync(path, JSON.stringify({ build: "baseline", threads: 1, kernels: { nobody: "x" } }));
  await attempt(2, /tuning: nobody: there is no such convolution/, esp, "--tuning", path);
  await attempt(2, /--tuning: is of one network; 2 were given/, esp, onnx, "--tuning", path);
  await attempt(2, /--save-tuning: is of one network; 2 were given/, esp, onnx, "--save-tuning", path);
  await attempt(5, /none\.json: there is no such file/, esp, "--tuning", folder.at("none.json"));
  await attempt(5, /cannot be written/, esp, "--save-tuning", folder.at("none", "tuning.json"));
});

test("a latency table", async () => {
  const path = folder.at("ms.json");
  await succeeds("bench", onnx, ...QUICK, "--latency-table", path, "--build", "baseline");
  const table = readLatencyTableFile(path);
  assert.equal([table.build, table.threads, table.network], ["baseline", 1, graph.name]);
  assert.match(table.version!, /^\d+\.\d+\.\d+/);
  assert.match(table.platform.agent, /^node \d+/);
  assert.ok(predictMilliseconds(graph, table) > 0);
  await refuses(
    folder.path,
    ["bench", esp, onnx, "--latency-table", path],
    2,
    /--latency-table: is of one network; 2 were given/,
  );
  await refuses(folder.path, ["bench", esp, "--latency-table", folder.at("none", "ms.json")], 5, /cannot be written/);
});

test("what cannot be measured", async () => {
  await refuses(folder.path, ["bench", onnx, folder.at("none.esp")], 5, /none\.esp: there is no such file/);
  await refuses(folder.path, ["bench", onnx, "--runs", "0"], 2, /--runs.*whole number from 1 on/);
  await refuses(folder.path, ["bench"], 2, /missing required argument 'files'/);
});

test.run();
