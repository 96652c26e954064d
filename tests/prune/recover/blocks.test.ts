/** What is fitted around residual blocks that are gone. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph, Tensor } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import type { GraphBuilder } from "../../../src/models/index.js";
import { evaluateGraph } from "../../../src/ops/walk.js";
import { findBlocks } from "../../../src/prune/blocks.js";
import { applyPlan } from "../../../src/prune/prune.js";
import { recoverLeastSquares } from "../../../src/prune/recover/least-squares.js";
import { recoverStatistics } from "../../../src/prune/recover/statistics.js";
import type { Samples } from "../../../src/prune/segments.js";
import { findUnits } from "../../../src/prune/units.js";
import { classifier } from "../architectures.js";
import { emptyPlan, moments, runner, samplesFor } from "../recovery.js";
import { RESIDUAL } from "../residual.js";

const test = suite("prune/recover/blocks");

async function without(graph: Graph, ...names: readonly string[]) {
  const blocks = findBlocks(graph).filter(({ name }) => names.includes(name));
  assert.is(blocks.length, names.length);
  const edits = blocks.map(({ name, branch, layers }) => ({ kind: "bypass", node: name, branch, layers }) as const);
  return applyPlan(findUnits(graph), { ...emptyPlan, edits }, runner);
}

/** The largest difference of the first output over all samples, relative to the largest number. */
function apart(a: Graph, b: Graph, samples: Samples): number {
  const [input] = a.inputs as [Graph["inputs"][number]];
  const run = (graph: Graph, i: number): Tensor =>
    evaluateGraph(graph, new Map([[input.name, { shape: input.shape, data: samples.get(i) }]])).get(graph.outputs[0]!)!;
  let [most, largest] = [0, 0];
  for (let i = 0; i < samples.count; i++) {
    const [expected, actual] = [run(a, i), run(b, i)];
    expected.data.forEach((v, at) => {
      most = Math.max(most, Math.abs(v - actual.data[at]!));
      largest = Math.max(largest, Math.abs(v));
    });
  }
  return most / largest;
}

const options = { runner, moments, positions: 64, ridge: 1e-9 };

/** Nothing in the branch bends, so that something linear can stand in for it. */
function straight(projects: boolean) {
  return (b: GraphBuilder, x: string): string => {
    const trunk = b.conv("before", x, 6, 1, { bias: true });
    const branch = b.conv("second", b.conv("first", trunk, 5, 1, { bias: true }), 6, 1, { bias: true });
    const shortcut = projects ? b.conv("shortcut", trunk, 6, 1, { bias: true }) : trunk;
    return b.relu("out", b.node("sum", "add", {}, [branch, shortcut]));
  };
}

for (const projects of [true, false]) {
  test(`${projects ? "the shortcut's layer" : "the layer in front"} stands in for a branch that is linear`, async () => {
    const dense = classifier(straight(projects));
    const cut = await without(dense, "sum");
    const samples = samplesFor(dense, 20);
    const { graph, layers } = await recoverLeastSquares(dense, cut, samples, options);
    verifyGraph(graph);
    assert.is(layers[0]!.name, projects ? "shortcut" : "before");
    assert.ok(layers[0]!.before > 0.1 && layers[0]!.after < 1e-6);
    assert.ok(apart(dense, cut.graph, samples) > 0.1);
    assert.ok(apart(dense, graph, samples) < 1e-3);
  });
}

test("activations behind one another: what is in front of the first stands in for the last block's sum", async () => {
  const dense = RESIDUAL["basic blocks without batch norm"]!();
  const samples = samplesFor(dense, 30);
  const cut = await without(dense, "layer2.0.add", "layer1.0.add");
  const { graph, layers } = await recoverLeastSquares(dense, cut, samples, options);
  assert.is(layers[0]!.name, "conv1");
  assert.ok(layers.every(({ name }) => !/layer[12]/.test(name)));
  assert.ok(layers.every(({ before, after }) => after <= before + 1e-9));
  assert.ok(apart(dense, graph, samples) < apart(dense, cut.graph, samples));
});

test("statistics pass by what is gone, with batch norm and without", async () => {
  for (const name of ["basic blocks", "basic blocks without batch norm"]) {
    const dense = RESIDUAL[name]!();
    const cut = await without(dense, "layer1.0.add");
    const { graph, places } = await recoverStatistics(dense, cut, samplesFor(dense, 8), { runner, moments });
    verifyGraph(graph);
    // One stem, and two layers in each of the two blocks that are left.
    assert.is(places, 5);
  }
});

test.run();
