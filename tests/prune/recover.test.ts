import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openCifar10 } from "../../src/data/cifar10.js";
import { limit } from "../../src/data/image-set.js";
import { fillInput } from "../../src/data/preprocess.js";
import { DataError, ModelError } from "../../src/errors.js";
import { type Graph, type Node, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { openMoments } from "../../src/linalg/moments.js";
import { measureAccuracy } from "../../src/measure/accuracy.js";
import { openGraph, runtimeRunner } from "../../src/measure/runner.js";
import { GraphBuilder, resnet, vgg } from "../../src/models/index.js";
import { importOnnx } from "../../src/onnx/import.js";
import { opOf } from "../../src/ops/index.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import type { Applied } from "../../src/prune/apply.js";
import { applyPlan, makePlan, prune, type PruneRequest } from "../../src/prune/prune.js";
import { recoverStatistics, withRoomForRecovery } from "../../src/prune/recover.js";
import type { Samples } from "../../src/prune/segments.js";
import { findUnits } from "../../src/prune/units.js";
import { uniform } from "../../src/random.js";
import { ARCHITECTURES, classifier, noise } from "./architectures.js";
import { fails } from "./expect-error.js";

const test = suite("prune/recover");
const runner = runtimeRunner();
const moments = await openMoments();

const HALF: PruneRequest = { method: "l1", keep: { kind: "channels", value: 0.5 } };

/** Brighter and with more contrast than what weights and statistics were made for. */
function samplesFor(graph: Graph, count: number): Samples {
  const next = uniform(5);
  const all = Array.from({ length: count }, () => noise(graph.inputs[0]!.shape, next).data.map((v) => 2 * v + 0.5));
  return { count, get: (i) => all[i]! as Float32Array };
}

const recover = (dense: Graph, cut: Applied, samples: Samples, done: [number, number][] = []) =>
  recoverStatistics(dense, cut, samples, { runner, moments, onProgress: (n, total) => done.push([n, total]) });

const uncut = (graph: Graph): Promise<Applied> => applyPlan(findUnits(graph), emptyPlan, runner);
const emptyPlan = { espalierPlan: 1, method: "l1", seed: 1, request: {}, cuts: [] } as const;

interface Statistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Mean and variance of each channel over all samples, in float64, as they are defined. */
function statisticsOf(values: readonly Tensor[]): Statistics {
  const [first] = values;
  const channels = first!.shape[1]!;
  const plane = sizeOf(first!.shape.slice(2));
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const each = (visit: (v: number, c: number) => void) =>
    values.forEach(({ data }) => data.forEach((v: number, i: number) => visit(v, Math.floor(i / plane))));
  const n = values.length * plane;
  each((v, c) => (mean[c]! += v / n));
  each((v, c) => (variance[c]! += (v - mean[c]!) ** 2 / n));
  return { mean, variance };
}

/** Batch norms with the statistics of these samples, each measured behind the already corrected ones. */
function reestimated(graph: Graph, samples: Samples): Map<string, Statistics> {
  const found = new Map<string, Statistics>();
  const values = Array.from({ length: samples.count }, (_, i) => {
    const input = graph.inputs[0]!;
    return new Map<string, Tensor>([...graph.constants, [input.name, { shape: input.shape, data: samples.get(i) }]]);
  });
  const inputsOf = (node: Node, sample: ReadonlyMap<string, Tensor>) => node.inputs.map((name) => sample.get(name)!);
  for (const node of graph.nodes) {
    const inputs = values.map((sample) => inputsOf(node, sample));
    if (node.op === "batch-norm") {
      const statistics = statisticsOf(inputs.map(([x]) => x!));
      found.set(node.name, statistics);
      const [mean, variance] = [statistics.mean, statistics.variance].map((data) => ({ shape: [data.length], data }));
      inputs.forEach((of) => of.splice(3, 2, mean!, variance!));
    }
    inputs.forEach((of, i) => values[i]!.set(node.outputs[0]!, opOf(node).evaluate(node.attrs, of)[0]!));
  }
  return found;
}

/** Statistics of some nodes' outputs over samples. */
function outputStatistics(graph: Graph, names: readonly string[], samples: Samples): Map<string, Statistics> {
  const input = graph.inputs[0]!;
  const runs = Array.from({ length: samples.count }, (_, i) =>
    evaluateGraph(graph, new Map([[input.name, { shape: input.shape, data: samples.get(i) }]])),
  );
  return new Map(names.map((name) => [name, statisticsOf(runs.map((values) => values.get(name)!))]));
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.is(actual.length, expected.length, what);
  Array.from(expected).forEach((v, i) => {
    const apart = Math.abs(actual[i]! - v) / Math.max(1, Math.abs(v));
    assert.ok(apart <= tolerance, `${what}: element ${i} is ${actual[i]}, expected ${v}`);
  });
}

function checkNorms(graph: Graph, expected: ReadonlyMap<string, Statistics>, tolerance: number): void {
  const norms = graph.nodes.filter(({ op }) => op === "batch-norm");
  assert.is(norms.length, expected.size);
  for (const { name, inputs } of norms) {
    near(graph.constants.get(inputs[3]!)!.data, expected.get(name)!.mean, tolerance, `${name} mean`);
    near(graph.constants.get(inputs[4]!)!.data, expected.get(name)!.variance, tolerance, `${name} variance`);
  }
}

const WITH_NORMS = ["resnet", "vgg", "mobilenet", "gate", "depthwise, twice as many"];

for (const name of WITH_NORMS) {
  test(`${name}: batch norms get the statistics of the samples, one after the other`, async () => {
    const dense = ARCHITECTURES[name]!();
    const cut = await prune(dense, HALF, runner);
    const samples = samplesFor(dense, 7);
    const recovered = await recover(dense, cut, samples);
    assert.is(recovered.kind, "batch-norm");
    verifyGraph(recovered.graph);
    assert.equal(
      recovered.graph.nodes.map((node) => node.name),
      cut.graph.nodes.map((node) => node.name),
    );
    const expected = reestimated(cut.graph, samples);
    assert.is(recovered.places, expected.size);
    checkNorms(recovered.graph, expected, 2e-5);
  });
}

test("everything but mean and variance is left as it is, and the input is not changed", async () => {
  const dense = ARCHITECTURES["resnet"]!();
  const cut = await prune(dense, HALF, runner);
  const before = new Map([...cut.graph.constants].map(([name, { data }]) => [name, [...data]]));
  const { graph } = await recover(dense, cut, samplesFor(dense, 4));
  for (const [name, numbers] of before) assert.equal([...cut.graph.constants.get(name)!.data], numbers);
  for (const node of graph.nodes) {
    const same = node.op === "batch-norm" ? node.inputs.slice(0, 3) : node.inputs;
    const old = cut.graph.nodes.find(({ name }) => name === node.name)!;
    assert.equal(same, old.inputs.slice(0, same.length));
    for (const input of same) assert.is(graph.constants.get(input), cut.graph.constants.get(input));
  }
  assert.is(graph.constants.size, cut.graph.constants.size);
});

test("an uncut network gets the statistics of the data it is shown, and again the same", async () => {
  const dense = ARCHITECTURES["resnet"]!();
  const samples = samplesFor(dense, 6);
  const once = await recover(dense, await uncut(dense), samples);
  checkNorms(once.graph, reestimated(dense, samples), 2e-5);
  const again = await recover(once.graph, await uncut(once.graph), samples);
  checkNorms(again.graph, reestimated(dense, samples), 2e-5);
});

test("more samples than one batch: means over batches, each corrected with its own", async () => {
  const dense = vgg({ layers: [4, "pool", 4, "pool"], size: 8, hidden: [4], classes: 3 });
  const cut = await prune(dense, HALF, runner);
  const samples = samplesFor(dense, 300);
  const done: [number, number][] = [];
  const { graph } = await recover(dense, cut, samples, done);
  const sizes = done.map(([n], i) => n - (done[i - 1]?.[0] ?? 0));
  assert.ok(sizes.length > 1);
  assert.equal(done.at(-1), [300, 300]);
  const weighted = new Map<string, Statistics>();
  sizes.forEach((count, batch) => {
    const first = sizes.slice(0, batch).reduce((sum, n) => sum + n, 0);
    for (const [name, part] of reestimated(cut.graph, { count, get: (i) => samples.get(first + i) })) {
      const sum = weighted.get(name) ?? { mean: part.mean.map(() => 0), variance: part.mean.map(() => 0) };
      weighted.set(name, sum);
      part.mean.forEach((m, c) => (sum.mean[c]! += (m * count) / 300));
      part.variance.forEach((v, c) => (sum.variance[c]! += (v * count) / 300));
    }
  });
  checkNorms(graph, weighted, 2e-5);
  checkNorms(graph, reestimated(cut.graph, samples), 0.03);
});

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

/** The outputs of these nodes; folding lets a convolution write what the batch norm behind it wrote. */
const outputsOf = (graph: Graph, nodes: readonly string[]) =>
  nodes.map((name) => graph.nodes.find((node) => node.name === name)!.outputs[0]!);

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
    const plan = makePlan(findUnits(dense), { ...HALF, method: "random", seed: 3 }, runner);
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

test("batch norm behind a dense layer", async () => {
  const b = new GraphBuilder(1);
  const flat = b.node("flat", "flatten", { axis: 1 }, [b.input("input", [1, 3, 4, 4])]);
  const normed = b.relu("relu", b.batchNorm("bn", b.gemm("hidden", flat, 8)));
  const dense = b.build("dense", [b.gemm("logits", normed, 4)]);
  const cut = await prune(dense, HALF, runner);
  const samples = samplesFor(dense, 9);
  checkNorms((await recover(dense, cut, samples)).graph, reestimated(cut.graph, samples), 2e-5);
});

test("batch norm as the first and as the last node", async () => {
  const b = new GraphBuilder(1);
  const body = b.conv("conv", b.batchNorm("first", b.input("input", [1, 3, 6, 6])), 4, 3);
  const dense = b.build("ends", [b.batchNorm("last", b.conv("after", b.relu("relu", body), 3, 3))]);
  const samples = samplesFor(dense, 4);
  const cut = await prune(dense, HALF, runner);
  checkNorms((await recover(dense, cut, samples)).graph, reestimated(cut.graph, samples), 2e-5);
});

test("a value that two batch norms read, and one that is read far behind", async () => {
  const dense = classifier((b, x) => {
    const trunk = b.conv("trunk", x, 6, 3);
    const left = b.relu("left.relu", b.batchNorm("left", trunk));
    const right = b.conv("inner", b.relu("right.relu", b.batchNorm("right", trunk)), 6, 3);
    return b.node("sum", "add", {}, [b.node("both", "mul", {}, [left, b.batchNorm("inner.bn", right)]), trunk]);
  });
  const samples = samplesFor(dense, 4);
  const cut = await prune(dense, HALF, runner);
  checkNorms((await recover(dense, cut, samples)).graph, reestimated(cut.graph, samples), 2e-5);
});

test("samples that are not numbers", async () => {
  for (const name of ["resnet", "concat"]) {
    const dense = withRoomForRecovery(ARCHITECTURES[name]!());
    const cut = await prune(dense, HALF, runner);
    const good = samplesFor(dense, 4);
    for (const bad of [NaN, Infinity]) {
      const samples = { count: 4, get: (i: number) => good.get(i).map((v, at) => (i === 2 && at === 5 ? bad : v)) };
      await fails(
        () => recover(dense, cut, samples),
        DataError,
        /not finite; look for NaN in the pictures or the weights/,
      );
    }
  }
});

test("too few samples", async () => {
  const dense = ARCHITECTURES["resnet"]!();
  const cut = await prune(dense, HALF, runner);
  for (const count of [0, 1]) {
    await fails(
      () => recover(dense, cut, samplesFor(dense, count)),
      DataError,
      new RegExp(`^expected two pictures or more .*got ${count}$`),
    );
  }
  await recover(dense, cut, samplesFor(dense, 2));
});

test("networks that cannot be recovered this way", async () => {
  const b = new GraphBuilder(1);
  const linear = b.build("linear", [b.gemm("logits", b.input("input", [1, 6]), 3)]);
  await fails(
    async () => recover(linear, await uncut(linear), samplesFor(linear, 4)),
    ModelError,
    /neither batch norm nor/,
  );
  const several = ARCHITECTURES["several inputs and outputs"]!();
  await fails(
    async () => recover(several, await uncut(several), samplesFor(several, 4)),
    DataError,
    /one input and batch size 1/,
  );
  const pairs = resnet({ depth: 8, width: 4, size: 8 });
  const batched = { ...pairs, inputs: [{ ...pairs.inputs[0]!, shape: [2, 3, 8, 8] }] };
  await fails(
    async () => recover(batched, await uncut(batched), samplesFor(batched, 4)),
    DataError,
    /one input and batch size 1/,
  );
});

const data = process.env["ESPALIER_DATA"];
if (data) {
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];
  const preprocessing = { width: 32, height: 32, layout: "nchw", colour: "rgb", mean, std } as const;
  const { graph: dense } = importOnnx(readFileSync(join(data, "models/resnet20_cifar10_bn_simplified/model.onnx")));
  const pictures = openCifar10(join(data, "cifar10/test_batch_first1000.bin"));
  const accuracyOf = async (graph: Graph) => {
    const session = await openGraph(graph);
    const { top1 } = measureAccuracy(session, pictures, { preprocessing });
    session.dispose();
    return top1;
  };
  const thinned = (value: number): Promise<Applied> =>
    prune(dense, { method: "l1", scope: "local", only: "inner", keep: { kind: "channels", value } }, runner);

  // Li et al. 2017 on ResNet-20, one shot, no training: computed with other software beforehand.
  test("the yardstick: the smallest filters inside each block of a trained network", async () => {
    for (const [share, top1] of [
      [0.9, 0.868],
      [0.7, 0.623],
      [0.5, 0.157],
    ] as const) {
      const actual = await accuracyOf((await thinned(share)).graph);
      assert.ok(Math.abs(actual - top1) <= 0.005, `keeping ${share}: ${actual}, expected ${top1}`);
    }
  });

  test("the yardstick, with statistics re-estimated on 2,000 pictures", async () => {
    const training = limit(openCifar10(join(data, "cifar10/data_batch_1.bin")), 2000);
    const get = (i: number) => {
      const pixels = new Float32Array(3 * 32 * 32);
      fillInput(training.picture(i), preprocessing, pixels);
      return pixels;
    };
    const { graph } = await recover(dense, await thinned(0.7), { count: training.count, get });
    const actual = await accuracyOf(graph);
    assert.ok(Math.abs(actual - 0.789) <= 0.02, `${actual}, expected 0.789`);
  });
}

test.run();
