/** Least squares behind a cut: exact where it can be, never worse on its samples, and honest about what was in the way. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../../src/errors.js";
import type { Graph } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { GraphBuilder } from "../../../src/models/index.js";
import { foldBatchNorm } from "../../../src/passes/fold-batch-norm.js";
import { evaluateGraph } from "../../../src/ops/walk.js";
import type { Applied } from "../../../src/prune/apply.js";
import { applyPlan } from "../../../src/prune/prune.js";
import { recoverLeastSquares } from "../../../src/prune/recover/least-squares.js";
import type { Samples } from "../../../src/prune/segments.js";
import { findUnits } from "../../../src/prune/units.js";
import { ARCHITECTURES, channels, classifier, concat } from "../architectures.js";
import { fails } from "../expect-error.js";
import { emptyPlan, moments, near, runner, samplesFor, uncut } from "../recovery.js";

const test = suite("prune/recover/least-squares");

const fit = (dense: Graph, cut: Applied, samples: Samples, options = {}) =>
  recoverLeastSquares(dense, cut, samples, { runner, moments, ...options });

/** Removes channels of units by name. */
const remove = (dense: Graph, cuts: Readonly<Record<string, readonly number[]>>): Promise<Applied> => {
  const map = findUnits(dense);
  const width = (name: string) => map.units.find((unit) => unit.name === name)!.width;
  const list = Object.entries(cuts).map(([unit, gone]) => ({ unit, width: width(unit), remove: gone }));
  return applyPlan(map, { ...emptyPlan, cuts: list }, runner);
};

/** The last channels of every unit that can lose some. */
const removeHalf = (dense: Graph): Promise<Applied> =>
  remove(
    dense,
    Object.fromEntries(
      findUnits(dense)
        .units.filter(({ frozen }) => frozen === undefined)
        .map(({ name, width }) => [name, [...Array(width).keys()].slice(Math.ceil(width / 2))]),
    ),
  );

function outputs(graph: Graph, samples: Samples): number[][] {
  const [input] = graph.inputs;
  return Array.from({ length: samples.count }, (_, i) => {
    const values = evaluateGraph(graph, new Map([[input!.name, { shape: input!.shape, data: samples.get(i) }]]));
    return graph.outputs.flatMap((name) => [...values.get(name)!.data]);
  });
}

function error(expected: readonly number[][], actual: readonly number[][]): number {
  return expected.flat().reduce((sum, v, i) => sum + (v - actual.flat()[i]!) ** 2, 0);
}

/** A channel with another's filter and bias, times `factor`; factor 0 leaves the bias alone: the channel is constant. */
function copyChannel(graph: Graph, layer: string, from: number, to: number, factor: number): Graph {
  const node = graph.nodes.find(({ name }) => name === layer)!;
  const constants = new Map(graph.constants);
  for (const name of node.inputs.slice(1)) {
    const { shape, data } = constants.get(name)!;
    const size = data.length / shape[0]!;
    const copy = data.slice();
    if (factor !== 0 || shape.length > 1)
      for (let i = 0; i < size; i++) copy[to * size + i] = factor * data[from * size + i]!;
    constants.set(name, { shape, data: copy });
  }
  return { ...graph, constants };
}

const after = (b: GraphBuilder, x: string): string =>
  b.relu(
    "after.relu",
    b.conv("after", b.relu("before.relu", b.conv("before", x, 6, 3, { bias: true })), 5, 3, { bias: true }),
  );

test("nothing was cut: nothing changes", async () => {
  for (const name of ["resnet", "concat", "mobilenet"]) {
    const dense = ARCHITECTURES[name]!();
    const { graph, layers } = await fit(dense, await uncut(dense), samplesFor(dense, 3));
    assert.equal(layers, []);
    assert.equal(outputs(graph, samplesFor(dense, 2)), outputs(dense, samplesFor(dense, 2)));
  }
});

test("a channel that another can stand in for is not missed", async () => {
  for (const factor of [1, 3]) {
    const dense = copyChannel(classifier(after), "before", 0, 4, factor);
    const samples = samplesFor(dense, 60);
    const cut = await remove(dense, { before: [4] });
    const { graph, layers } = await fit(dense, cut, samples, { ridge: 1e-6 });
    assert.ok(error(outputs(dense, samples), outputs(cut.graph, samples)) > 0.1);
    outputs(graph, samples).forEach((row, i) => near(row, outputs(dense, samples)[i]!, 2e-3, `sample ${i}`));
    const last = layers.find(({ name }) => name === "after")!;
    assert.ok(last.before > 0.01 && last.after < 1e-4, `${last.before} -> ${last.after}`);
  }
});

test("a channel that is constant goes into the next bias", async () => {
  const b = new GraphBuilder(1);
  const pointwise = (x: string) => b.conv("after", b.conv("before", x, 6, 1, { bias: true }), 5, 1, { bias: true });
  const flat = b.node("flatten", "flatten", { axis: 1 }, [
    b.node("pool", "global-average-pool", {}, [pointwise(b.input("input", [1, 3, 8, 8]))]),
  ]);
  const built = b.build("constant", [b.gemm("logits", flat, 5)]);
  const bias = built.nodes.find(({ name }) => name === "before")!.inputs[2]!;
  const shifted = new Map(built.constants).set(bias, { shape: [6], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  const dense = copyChannel({ ...built, constants: shifted }, "before", 0, 4, 0);
  const samples = samplesFor(dense, 20);
  const { graph } = await fit(dense, await remove(dense, { before: [4] }), samples);
  outputs(graph, samples).forEach((row, i) => near(row, outputs(dense, samples)[i]!, 1e-3, `sample ${i}`));
});

test("behind a cut of half of everything: closer to the dense network, and well-formed", async () => {
  for (const [name, build] of Object.entries(ARCHITECTURES)) {
    if (name === "several inputs and outputs") continue;
    const dense = foldBatchNorm(build());
    const samples = samplesFor(dense, 40);
    const cut = await removeHalf(dense);
    const { graph, layers, notes } = await fit(dense, cut, samples);
    verifyGraph(graph);
    assert.ok(layers.length > 0, name);
    for (const layer of layers) assert.ok(layer.after <= layer.before + 1e-6, `${name}, ${layer.name}`);
    const [target, broken, fitted] = [dense, cut.graph, graph].map((of) => outputs(of, samples));
    assert.ok(error(target!, fitted!) < error(target!, broken!), `${name}: ${error(target!, fitted!)}`);
    const passedBy =
      name === "shared weights" ? ["once, again: filters that several layers share are left as they are"] : [];
    assert.equal(
      notes.filter((note) => !/are few; ridge/.test(note)),
      passedBy,
      name,
    );
  }
});

test("memory is bounded, and what was kept changes nothing", async () => {
  const dense = ARCHITECTURES["resnet without batch norm"]!();
  const samples = samplesFor(dense, 12);
  const cut = await removeHalf(dense);
  const free = await fit(dense, cut, samples);
  for (const keptBytes of [0, 8_000]) {
    const { graph, peakBytes } = await fit(dense, cut, samples, { keptBytes });
    assert.ok(peakBytes <= 2 * keptBytes, `${peakBytes}`);
    assert.equal(outputs(graph, samples), outputs(free.graph, samples));
  }
  assert.ok(free.peakBytes > 2 * 8_000);
});

test("the last layer of a branch makes up for what its shortcut lost", async () => {
  // All linear: what "side" cannot give any more without most of "inner", "main" can take from the picture.
  const b = new GraphBuilder(1);
  const x = b.input("input", [1, 3, 8, 8]);
  const side = b.conv("side", b.conv("inner", x, 3, 1, { bias: true }), 6, 1, { bias: true });
  const sum = b.node("sum", "add", {}, [side, b.conv("main", x, 6, 1, { bias: true })]);
  const flat = b.node("flatten", "flatten", { axis: 1 }, [b.node("pool", "global-average-pool", {}, [sum])]);
  const dense = b.build("branches", [b.gemm("logits", flat, 5)]);
  const samples = samplesFor(dense, 40);
  const cut = await remove(dense, { inner: [0, 2] });
  const { graph, layers } = await fit(dense, cut, samples, { ridge: 1e-6 });
  assert.ok(layers.find(({ name }) => name === "side")!.after > 0.05);
  assert.ok(error(outputs(dense, samples), outputs(cut.graph, samples)) > 0.1);
  outputs(graph, samples).forEach((row, i) => near(row, outputs(dense, samples)[i]!, 2e-3, `sample ${i}`));
});

test("filters with zeros are fitted on what they have left", async () => {
  const dense = foldBatchNorm(ARCHITECTURES["vgg"]!());
  const layer = dense.nodes.filter(({ op }) => op === "conv")[1]!;
  const filter = dense.constants.get(layer.inputs[1]!)!;
  const data = filter.data.map((v, i) => (i % 3 === 1 ? 0 : v));
  const sparse = { ...dense, constants: new Map(dense.constants).set(layer.inputs[1]!, { ...filter, data }) };
  const cut = { graph: sparse, kept: (await uncut(dense)).kept };
  const samples = samplesFor(dense, 60);
  const { graph, layers } = await fit(dense, cut, samples);
  assert.is(layers[0]!.name, layer.name);
  assert.ok(layers[0]!.after < layers[0]!.before);
  const fitted = graph.constants.get(graph.nodes.find(({ name }) => name === layer.name)!.inputs[1]!)!;
  fitted.data.forEach((v, i) => assert.is(v === 0, i % 3 === 1, `weight ${i}`));
  assert.ok(
    error(outputs(dense, samples), outputs(graph, samples)) < error(outputs(dense, samples), outputs(sparse, samples)),
  );
});

test("too few samples for the width: more ridge, and it is said", async () => {
  const dense = classifier(after);
  const cut = await remove(dense, { before: [4] });
  const { graph, notes } = await fit(dense, cut, samplesFor(dense, 1), { positions: 20 });
  assert.ok(
    notes.some((note) =>
      /^after: 20 positions for 45 weights an output are few; ridge 0.1 instead of 0.001$/.test(note),
    ),
    notes.join(),
  );
  assert.ok(outputs(graph, samplesFor(dense, 3)).flat().every(Number.isFinite));
});

test("dead channels, and layers whose inputs never change", async () => {
  const dense = classifier((b, x) => {
    const trunk = b.relu("trunk.relu", b.conv("trunk", x, 6, 3, { bias: true }));
    const still = b.node("still", "clip", { min: 2, max: 2 }, [channels(b, "low", trunk, 0, 3)]);
    return b.conv("after", concat(b, "concat", [still, channels(b, "high", trunk, 3, 6)]), 5, 1, { bias: true });
  });
  const samples = samplesFor(dense, 30);
  for (const gone of [[0], [4], [0, 3]]) {
    const cut = await remove(dense, Object.fromEntries(cutsOf(dense, gone)));
    const { graph } = await fit(dense, cut, samples);
    for (const { data } of graph.constants.values()) assert.ok(data.every(Number.isFinite));
    assert.ok(
      error(outputs(dense, samples), outputs(graph, samples)) <=
        error(outputs(dense, samples), outputs(cut.graph, samples)) + 1e-6,
    );
  }
});

/** Cuts of the channels of "trunk", in whichever unit each is. */
function cutsOf(graph: Graph, gone: readonly number[]): [string, number[]][] {
  const { units } = findUnits(graph);
  return units.flatMap((unit): [string, number[]][] => {
    const produced = unit.owned.find(({ role }) => role === "produce");
    if (!unit.producers.includes("trunk") || !produced) return [];
    const own = [...produced.slices.keys()].filter((k) => produced.slices[k]!.some((slice) => gone.includes(slice)));
    return own.length > 0 ? [[unit.name, own]] : [];
  });
}

test("samples that are not numbers", async () => {
  const dense = classifier(after);
  const cut = await remove(dense, { before: [4] });
  const good = samplesFor(dense, 4);
  for (const bad of [NaN, Infinity]) {
    const samples = { count: 4, get: (i: number) => good.get(i).map((v, at) => (i === 2 && at === 5 ? bad : v)) };
    await fails(
      () => fit(dense, cut, samples, { positions: 64 }),
      DataError,
      /not finite; look for NaN in the pictures or the weights/,
    );
  }
});

test("networks that do not take one sample at a time", async () => {
  const several = ARCHITECTURES["several inputs and outputs"]!();
  const cut = await removeHalf(several);
  await fails(() => fit(several, cut, samplesFor(several, 4)), DataError, /one input and batch size 1/);
});

test.run();
