import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeGraph } from "../../src/measure/facts.js";
import { openGraph, runtimeRunner } from "../../src/measure/runner.js";
import { compile } from "../../src/compile/encode.js";
import { GraphBuilder, MODELS, resnet } from "../../src/models/index.js";
import { countMacs, countParameters } from "../../src/ops/walk.js";

const test = suite("measure/facts");

test("layer by layer", () => {
  const b = new GraphBuilder(1);
  const x = b.relu(
    "relu",
    b.batchNorm("bn", b.conv("conv", b.input("input", [1, 3, 8, 6]), 5, 3, { stride: 2, bias: true })),
  );
  const flat = b.node("flatten", "flatten", { axis: 1 }, [x]);
  const { layers, macs, parameters } = describeGraph(b.build("test", [b.gemm("logits", flat, 4)]));
  assert.equal(layers, [
    { name: "conv", op: "conv", shape: [1, 5, 4, 3], macs: 5 * 4 * 3 * 27, parameters: 5 * 27 + 5 },
    { name: "bn", op: "batch-norm", shape: [1, 5, 4, 3], macs: 0, parameters: 20 },
    { name: "relu", op: "relu", shape: [1, 5, 4, 3], macs: 0, parameters: 0 },
    { name: "flatten", op: "flatten", shape: [1, 60], macs: 0, parameters: 0 },
    { name: "logits", op: "gemm", shape: [1, 4], macs: 240, parameters: 244 },
  ]);
  assert.equal([macs, parameters], [1620 + 240, 140 + 20 + 244]);
});

test("weights that two layers share count once, at the first", () => {
  const b = new GraphBuilder(1);
  const filter = b.weights("shared", [3, 3, 1, 1], 1);
  const attrs = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;
  const once = b.node("once", "conv", attrs, [b.input("input", [1, 3, 2, 2]), filter]);
  const { layers, macs, parameters } = describeGraph(b.build("test", [b.node("again", "conv", attrs, [once, filter])]));
  assert.equal(
    layers.map((layer) => layer.parameters),
    [9, 0],
  );
  assert.equal([macs, parameters], [72, 9]);
});

/** Of each kind of architecture a small one. */
const SMALL = ["lenet5", "resnet20_32", "mobilenet_v2_32", "squeezenet1_1"];

test("the sums are what the operators count, and published figures", () => {
  for (const name of SMALL) {
    const graph = MODELS[name]!();
    const facts = describeGraph(graph);
    assert.equal([facts.macs, facts.parameters], [countMacs(graph), countParameters(graph)], name);
  }
  // He et al. 2016, table 6: 0.27 M parameters. Statistics of batch norms are counted, too.
  const { macs, parameters } = describeGraph(MODELS["resnet20_32"]!());
  assert.is(macs, 40_551_040);
  assert.is(parameters - 2 * 688, 269_722);
});

test("the runner's files are what compiling makes, and its sessions what ships", async () => {
  const graph = resnet({ depth: 8, width: 4, size: 8 });
  const runner = runtimeRunner({ build: "baseline" });
  assert.is(runner.fileBytes(graph), compile(graph).length);
  const session = await runner.prepare(graph);
  assert.is(session.build, "baseline");
  assert.equal(session.macs, describeGraph(graph).macs);
  assert.equal((await openGraph(graph, { build: "baseline" })).peakBytes, session.peakBytes);
});

test.run();
