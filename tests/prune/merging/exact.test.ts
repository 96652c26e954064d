/** What has an equal can go without any loss: the next layers read the equal in its place. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph, Tensor } from "../../../src/graph/graph.js";
import { GraphBuilder } from "../../../src/models/index.js";
import type { Budget } from "../../../src/prune/budget.js";
import { merge } from "../../../src/prune/edits/merge.js";
import { prune, type PruneRequest } from "../../../src/prune/prune.js";
import { RequestError } from "../../../src/errors.js";
import { fails } from "../expect-error.js";
import { difference, meaning, noisePictures, runner } from "../laws.js";

const test = suite("prune/merging/exact");

const SIZE = 6;
/** Channels 4 to 7 of the first layer are made from channels 0 to 3. */
const HALF: Budget = { kind: "channels", value: 0.5 };

/** Two convolutions, and what stands between them. */
function network(between: (b: GraphBuilder, x: string) => string, bias = true): Graph {
  const b = new GraphBuilder(4);
  const first = b.conv("first", b.input("x", [1, 3, SIZE, SIZE]), 8, 3, { bias });
  return b.build("pair", [b.conv("last", between(b, first), 5, 3, { bias: true })]);
}

/** The graph with channel c + 4 of some constants `factor` times channel c, `shift` more. */
function withTwins(graph: Graph, names: readonly string[], factor = 1): Graph {
  const constants = new Map(graph.constants);
  for (const name of names) {
    const { shape, data }: Tensor = constants.get(name)!;
    const twins = Float32Array.from(data);
    const half = data.length / 2;
    for (let i = 0; i < half; i++) twins[half + i] = factor * data[i]!;
    constants.set(name, { shape, data: twins });
  }
  return { ...graph, constants };
}

async function lossOf(graph: Graph, request: Omit<PruneRequest, "keep"> & { readonly keep?: Budget }): Promise<number> {
  const result = await prune(graph, { keep: HALF, ...request }, runner, noisePictures(graph, 20));
  const { before, after } = result.units.find(({ frozen }) => frozen === undefined)!;
  assert.equal([before, after], [8, 4]);
  return difference(meaning(graph), meaning(result.graph));
}

const relu = (b: GraphBuilder, x: string) => b.relu("relu", x);
const normed = (b: GraphBuilder, x: string) => relu(b, b.batchNorm("bn", x));
const FIRST = ["first.weight", "first.bias"];
const BN = ["first.weight", ...["gamma", "beta", "mean", "variance"].map((part) => `bn.${part}`)];
const sigmoid = (b: GraphBuilder, x: string) => b.node("sigmoid", "sigmoid", {}, [x]);
const pooled = (b: GraphBuilder, x: string) => b.maxPool("pool", relu(b, x), { kernel: 2, stride: 2 });

test("equal channels, by both methods", async () => {
  const graph = withTwins(network(relu), FIRST);
  for (const method of ["similarity", "surgery"]) assert.ok((await lossOf(graph, { method })) < 1e-6, method);
  assert.ok((await lossOf(graph, { method: "l1" })) > 0.01, "what is not folded is lost");
});

test("equal channels behind a sigmoid, and behind a pool", async () => {
  assert.ok((await lossOf(withTwins(network(sigmoid), FIRST), { method: "surgery" })) < 1e-6);
  for (const method of ["similarity", "surgery"]) {
    assert.ok((await lossOf(withTwins(network(pooled), FIRST), { method })) < 1e-6, method);
  }
});

test("equal channels with batch norms of their own", async () => {
  const graph = network(normed, false);
  const twins = withTwins(graph, BN);
  assert.ok((await lossOf(twins, { method: "surgery" })) < 1e-6);
  assert.ok((await lossOf(twins, { method: "similarity" })) < 1e-6);
  assert.ok((await lossOf(twins, { method: "similarity", options: { statistics: "batch-norm" } })) < 1e-6);
});

test("channels that differ by a positive factor in front of a ReLU", async () => {
  const graph = withTwins(network(relu), FIRST, 2.5);
  for (const method of ["similarity", "surgery"]) assert.ok((await lossOf(graph, { method })) < 1e-6, method);
  const negative = withTwins(network(relu), FIRST, -2.5);
  assert.ok((await lossOf(negative, { method: "surgery" })) > 0.01, "a negative factor makes no equals");
  const bent = withTwins(network(sigmoid), FIRST, 2.5);
  assert.ok((await lossOf(bent, { method: "surgery" })) > 1e-4, "nor does any factor in front of a sigmoid");
});

test("without a budget surgery takes the equals", async () => {
  const graph = withTwins(network(relu), FIRST);
  const { plan, graph: cut } = await prune(graph, { method: "surgery" }, runner);
  const { remove } = plan.cuts[0]!;
  assert.ok(
    [0, 1, 2, 3].every((c) => remove.includes(c) || remove.includes(c + 4)),
    remove.join(),
  );
  if (remove.length === 4) assert.ok(difference(meaning(graph), meaning(cut)) < 1e-6);
});

test("a filter of zeros gives a constant, which goes into the next layer's bias except at the border", async () => {
  const b = new GraphBuilder(4);
  const x = b.relu("relu", b.conv("first", b.input("x", [1, 3, SIZE, SIZE]), 4, 1, { bias: true }));
  const dense = b.build("pair", [b.conv("last", x, 5, 1, { bias: true })]);
  const [weight, bias] = ["first.weight", "first.bias"].map((name) =>
    Float32Array.from(dense.constants.get(name)!.data),
  );
  weight!.fill(0, 6, 9);
  bias![2] = 1.5;
  const constants = new Map(dense.constants)
    .set("first.weight", { shape: [4, 3, 1, 1], data: weight! })
    .set("first.bias", { shape: [4], data: bias! });
  const graph = { ...dense, constants };
  for (const method of ["similarity", "surgery"]) {
    const result = await prune(
      graph,
      { method, keep: { kind: "channels", value: 0.75 } },
      runner,
      noisePictures(graph),
    );
    assert.equal(result.plan.cuts, [{ unit: "first", width: 4, remove: [2] }], method);
    assert.ok(difference(meaning(graph), meaning(result.graph)) < 1e-6, method);
  }
});

test("merges that are none of the network's are refused", async () => {
  const graph = network(relu);
  const edit = {
    kind: "merge",
    node: "last",
    shape: [5, 8, 3, 3],
    from: [1],
    into: [0],
    factors: [1],
    rests: [0],
  } as const;
  merge.check(edit, graph);
  const refused = (change: object, message: RegExp) =>
    fails(() => merge.check({ ...edit, ...change }, graph), RequestError, message);
  await refused({ node: "relu" }, /is a relu; expected a conv or gemm/);
  await refused({ shape: [5, 9, 3, 3] }, /5x8x3x3 here, 5x9x3x3 in the plan/);
  await refused({ into: [8] }, /reads 8 channels, the plan says 8/);
  await refused({ from: [0, 1], into: [1, 2], factors: [1, 1], rests: [0, 0] }, /channel 1 is folded itself/);
  assert.not.ok(merge.fits({ ...edit, rests: [Infinity] }));
  assert.not.ok(merge.fits({ ...edit, from: [1, 1] }));
});

test.run();
