/** Networks without batch norm: channels get the mean and deviation of the dense network. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { evaluateGraph } from "../../../src/ops/walk.js";
import { applyPlan, makePlan, prune } from "../../../src/prune/prune.js";
import { withRoomForRecovery } from "../../../src/prune/recover/statistics.js";
import { findUnits } from "../../../src/prune/units.js";
import { uniform } from "../../../src/random.js";
import { ARCHITECTURES, classifier, noise } from "../architectures.js";
import { emptyPlan, HALF, near, outputStatistics, recover, runner, samplesFor, uncut } from "../recovery.js";

const test = suite("prune/recover/affine");

/** Hidden layers whose outputs are affected by the recovery, by name. */
const WITHOUT_NORMS: Readonly<Record<string, readonly string[]>> = {
  "resnet without batch norm": [
    "conv1",
    "layer1.0.conv1",
    "layer1.0.conv2",
    "layer2.0.conv1",
    "layer2.0.conv2",
    "layer3.0.conv1",
    "layer3.0.conv2",
  ],
  concat: ["left", "right", "after"],
  split: ["trunk", "low", "high"],
  "4 groups": ["before", "grouped", "after"],
  "shared weights": ["left", "right", "once", "again", "after"],
  shuffle: ["before", "grouped", "after"],
  flatten: ["conv", "hidden"],
};

const nodeOf = (graph: Graph, name: string) => graph.nodes.find((node) => node.name === name)!;

/** The outputs of these nodes; folding lets a convolution write what the batch norm behind it wrote. */
const outputsOf = (graph: Graph, nodes: readonly string[]) => nodes.map((name) => nodeOf(graph, name).outputs[0]!);

for (const [name, layers] of Object.entries(WITHOUT_NORMS)) {
  test(`${name}: in front of activations, channels have the mean and deviation of the dense network`, async () => {
    const dense = withRoomForRecovery(ARCHITECTURES[name]!());
    const cut = await prune(dense, HALF, runner);
    const samples = samplesFor(dense, 8);
    const recovered = await recover(dense, cut, samples);
    assert.is(recovered.kind, "affine");
    assert.is(recovered.places, layers.length);
    verifyGraph(recovered.graph);
    const outputs = outputsOf(dense, layers);
    const expected = outputStatistics(dense, outputs, samples);
    const actual = outputStatistics(recovered.graph, outputs, samples);
    const off = outputStatistics(cut.graph, outputs, samples);
    let changed = 0;
    for (const output of outputs) {
      const stays = cut.kept.get(output)!.find((mask) => mask !== null)!;
      const left = (numbers: Float64Array) => numbers.filter((_, c) => stays[c]);
      const { mean, variance } = actual.get(output)!;
      near(mean, left(expected.get(output)!.mean), 1e-4, `${output} mean`);
      near(variance.map(Math.sqrt), left(expected.get(output)!.variance).map(Math.sqrt), 1e-4, `${output} deviation`);
      if (Math.abs(off.get(output)!.mean[0]! - mean[0]!) > 1e-3) changed++;
    }
    assert.ok(changed > 0, "there was something to recover");
  });
}

test("affine recovery of an uncut network changes nothing but rounding", async () => {
  const dense = withRoomForRecovery(ARCHITECTURES["resnet without batch norm"]!());
  const { graph } = await recover(dense, await uncut(dense), samplesFor(dense, 4));
  for (const node of graph.nodes) {
    const old = dense.nodes.find(({ name }) => name === node.name)!;
    node.inputs.forEach((input, i) => {
      const tensor = graph.constants.get(input);
      if (tensor) near(tensor.data, dense.constants.get(old.inputs[i]!)!.data, 1e-4, input);
    });
  }
});

test("behind factors: the last of each chain is matched, the others stay", async () => {
  const dense = withRoomForRecovery(ARCHITECTURES["concat"]!());
  const cut = await prune(dense, { method: "low-rank", keep: { kind: "macs", value: 0.6 } }, runner);
  const factors = cut.plan.edits!.map(({ node }) => `${node}.1`);
  const samples = samplesFor(dense, 8);
  const { graph } = await recover(dense, cut, samples);
  for (const name of factors) {
    const [before, after] = [cut.graph, graph].map((of) => of.constants.get(nodeOf(of, name).inputs[1]!)!.data);
    assert.equal(after, before, name);
  }
  for (const output of outputsOf(dense, WITHOUT_NORMS["concat"]!)) {
    const [expected, actual] = [dense, graph].map((of) => outputStatistics(of, [output], samples).get(output)!);
    near(actual!.mean, expected!.mean, 1e-4, `${output} mean`);
  }
});

test("affine recovery over several batches", async () => {
  const dense = ARCHITECTURES["flatten"]!();
  const cut = await prune(dense, HALF, runner);
  const samples = samplesFor(dense, 300);
  const done: [number, number][] = [];
  const { graph } = await recover(dense, cut, samples, done);
  assert.equal(done.at(-1), [600, 600]);
  assert.ok(done.every(([n], i) => n > (done[i - 1]?.[0] ?? 0)));
  const [expected, actual] = [dense, graph].map((g) => outputStatistics(g, ["conv"], samples).get("conv")!);
  const stays = cut.kept.get("conv")![1]!;
  near(
    actual!.mean,
    expected!.mean.filter((_, c) => stays[c]),
    0.02,
    "mean",
  );
  near(
    actual!.variance,
    expected!.variance.filter((_, c) => stays[c]),
    0.05,
    "variance",
  );
});

test("room for recovery is a bias at each hidden layer, and changes no output", () => {
  const bare = classifier((b, x) => b.relu("relu", b.conv("conv", x, 4, 3)));
  const roomy = withRoomForRecovery(bare);
  assert.is(roomy.nodes.find(({ name }) => name === "conv")!.inputs.length, 3);
  const input = new Map([["input", noise([1, 3, 8, 8], uniform(1))]]);
  assert.equal(evaluateGraph(roomy, input).get("logits")!.data, evaluateGraph(bare, input).get("logits")!.data);
  assert.is(withRoomForRecovery(roomy), roomy);
  const normed = ARCHITECTURES["resnet"]!();
  assert.is(withRoomForRecovery(normed), normed);
});

/** The same with all filters and biases of one output channel as a function of what they were. */
function withChannel(graph: Graph, constants: readonly string[], channel: number, value: (v: number) => number): Graph {
  const changed = constants.map((name) => {
    const { shape, data } = graph.constants.get(name)!;
    const size = data.length / shape[0]!;
    const numbers = Float32Array.from(data, (v, i) => (Math.floor(i / size) === channel ? value(v) : v));
    return [name, { shape, data: numbers }] as const;
  });
  return { ...graph, constants: new Map([...graph.constants, ...changed]) };
}

test("channels that are constant or dead survive", async () => {
  const parts: Readonly<Record<string, readonly string[]>> = {
    resnet: ["conv1.weight", "layer1.0.conv1.weight", "layer2.0.bn1.gamma"],
    concat: ["left.weight", "right.weight", "right.bias"],
  };
  for (const [name, constants] of Object.entries(parts)) {
    const dense = withRoomForRecovery(withChannel(ARCHITECTURES[name]!(), constants, 1, () => 0));
    const plan = await makePlan(findUnits(dense), { ...HALF, method: "random", seed: 3 }, runner);
    for (const cut of [await applyPlan(findUnits(dense), plan, runner), await uncut(dense)]) {
      const { graph } = await recover(dense, cut, samplesFor(dense, 5));
      for (const [constant, { data }] of graph.constants) assert.ok(data.every(Number.isFinite), constant);
    }
  }
});

test("channels behind a cut that leaves them constant take the dense mean", async () => {
  // Channel 0 of "first" is all that "second" sees after the cut, and it never lives: a bias far below 0.
  const bare = classifier((b, x) => {
    const first = b.relu("first.relu", b.conv("first", x, 2, 3, { bias: true }));
    return b.relu("second.relu", b.conv("second", first, 3, 3, { bias: true }));
  });
  const dense = withChannel(bare, ["first.bias"], 0, () => -100);
  const plan = { ...emptyPlan, cuts: [{ unit: "first", width: 2, remove: [1] }] };
  const cut = await applyPlan(findUnits(dense), plan, runner);
  const samples = samplesFor(dense, 4);
  const { graph } = await recover(dense, cut, samples);
  const [expected, actual] = [dense, graph].map((g) => outputStatistics(g, ["second"], samples).get("second")!);
  near(actual!.mean, expected!.mean, 1e-4, "mean");
  near(actual!.variance, [0, 0, 0], 1e-9, "variance");
});

test("dense layers over channels that lie behind the pixels are left alone", async () => {
  const dense = ARCHITECTURES["channels last"]!();
  const cut = await prune(dense, HALF, runner);
  const samples = samplesFor(dense, 6);
  const { graph, places } = await recover(dense, cut, samples);
  assert.is(places, 2);
  for (const name of ["dense.weight", "dense.bias"]) {
    assert.is(graph.constants.get(name), cut.graph.constants.get(name));
  }
  const [expected, actual] = [dense, graph].map((g) => outputStatistics(g, ["after"], samples).get("after")!);
  const stays = cut.kept.get("after")![1]!;
  near(
    actual!.mean,
    expected!.mean.filter((_, c) => stays[c]),
    1e-4,
    "mean",
  );
});

test.run();
