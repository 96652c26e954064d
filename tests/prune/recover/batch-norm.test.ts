/** Batch norms get the statistics of the samples. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verifyGraph } from "../../../src/graph/verify.js";
import { GraphBuilder, vgg } from "../../../src/models/index.js";
import { prune } from "../../../src/prune/prune.js";
import { ARCHITECTURES, classifier } from "../architectures.js";
import { checkNorms, HALF, recover, reestimated, runner, samplesFor, type Statistics, uncut } from "../recovery.js";

const test = suite("prune/recover/batch-norm");

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

test.run();
