/** Feature map samplers beside cuts: what branches read of their trunks, chosen within one budget with the channels inside them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import type { GraphBuilder } from "../../src/models/index.js";
import { foldBatchNorm } from "../../src/passes/fold-batch-norm.js";
import { findBlocks } from "../../src/prune/blocks.js";
import type { Edit } from "../../src/prune/edits/index.js";
import { recoverLeastSquares } from "../../src/prune/recover/least-squares.js";
import { latencyModel } from "../../src/measure/latency-model.js";
import { allowance, type Budget } from "../../src/prune/budget.js";
import { costModel } from "../../src/prune/cost.js";
import type { ReadsEdit } from "../../src/prune/edits/reads.js";
import { formatPlan, parsePlan, type PrunePlan } from "../../src/prune/plan.js";
import { applyPlan, makePlan, planMeasured, type PruneRequest, type PruneResult } from "../../src/prune/prune.js";
import { type Sampled, withSamplers } from "../../src/prune/samplers.js";
import { findUnits, type UnitMap } from "../../src/prune/units.js";
import { ARCHITECTURES, channels, classifier, concat } from "./architectures.js";
import { fails } from "./expect-error.js";
import { fakeTable } from "./fake-latency.js";
import { costOf, difference, meaning, runner, running, same } from "./laws.js";
import { moments, samplesFor } from "./recovery.js";
import { RESIDUAL } from "./residual.js";

const test = suite("prune/samplers");

const withSamples = (graph: Graph, count = 6) => ({ samples: () => samplesFor(graph, count) });
const sampling = (keep: Budget, options: Readonly<Record<string, string>> = {}, method = "lasso"): PruneRequest => ({
  ...{ method, keep },
  options: { sampler: "on", blocks: "keep", ...options },
});

const REQUESTS = [
  sampling({ kind: "macs", value: 0.6 }, { allocate: "error" }),
  sampling({ kind: "parameters", value: 0.6 }, { allocate: "sensitivity" }),
  sampling({ kind: "macs", value: 0.6 }, { allocate: "error" }, "greedy"),
  sampling({ kind: "bytes", value: 0.7 }, { allocate: "error" }),
  sampling({ kind: "macs", value: 0.6 }, { allocate: "uniform" }),
];

const readsOf = ({ edits = [] }: PrunePlan) => edits.filter((edit): edit is ReadsEdit => edit.kind === "reads");

/** Classes of the network with samplers that a result is without: by what is left of values, and what layers still read. */
function removedOf(
  { map: { graph, channels, units }, readers }: Sampled,
  plan: PrunePlan,
  { kept }: PruneResult,
): Set<number> {
  const removed = new Set<number>();
  for (const value of graph.nodes.flatMap(({ outputs }) => outputs)) {
    kept.get(value)?.forEach((mask, axis) => {
      if (readers.has(value)) return;
      mask?.forEach((stays, i) => stays || removed.add(channels.rootOf(channels.atoms.get(value)![axis]![i]!)));
    });
  }
  for (const [sampler, reader] of readers) {
    const edit = readsOf(plan).find(({ node }) => node === reader);
    const { roots } = units.find(({ name }) => name === sampler)!;
    roots.forEach((root, channel) => edit && !edit.channels.includes(channel) && removed.add(root));
  }
  return removed;
}

/** Kept, and nothing could be put back. */
function checkBudget(map: UnitMap, plan: PrunePlan, keep: Budget, result: PruneResult): void {
  const kind = keep.kind as "macs" | "parameters" | "bytes";
  const allowed = allowance(keep, costOf(map.graph, kind));
  assert.ok(costOf(result.graph, kind) <= allowed, `${costOf(result.graph, kind)} of ${allowed}`);
  if (kind === "bytes") return;
  const sampled = withSamplers(map, "");
  const removed = removedOf(sampled, plan, result);
  const frozen = new Set(sampled.map.units.filter((unit) => unit.frozen !== undefined).flatMap(({ roots }) => roots));
  assert.ok(
    [...removed].every((root) => !frozen.has(root)),
    "trunks keep all",
  );
  const cost = costModel(sampled.map.graph, sampled.map.channels);
  assert.is(cost(removed)[kind], costOf(result.graph, kind), "what was counted is what is there");
  for (const root of removed) {
    const others = new Set([...removed].filter((other) => other !== root));
    assert.ok(cost(others)[kind] > allowed, `class ${root} can be put back`);
  }
}

/** One convolution makes a trunk and channels that go around it (Wang et al. 2020, CSPNet). */
function crossStage(b: GraphBuilder, x: string): string {
  const all = b.relu("all.relu", b.conv("all", x, 14, 3, { bias: true }));
  const trunk = channels(b, "low", all, 0, 8);
  const inner = b.relu("first.relu", b.conv("first", trunk, 6, 3, { bias: true }));
  const sum = b.node("sum", "add", {}, [b.conv("second", inner, 8, 3), trunk]);
  const next = b.relu("third.relu", b.conv("third", sum, 6, 3, { bias: true }));
  return b.relu("after.relu", b.conv("after", concat(b, "both", [next, channels(b, "high", all, 8, 14)]), 6, 3));
}

const NETWORKS: Readonly<Record<string, () => Graph>> = {
  ...RESIDUAL,
  resnet: ARCHITECTURES["resnet"]!,
  "cross stage": () => classifier(crossStage),
};

for (const [name, make] of Object.entries(NETWORKS)) {
  test(`${name}: met, maximal, the same again, equal to masked, replayed`, async () => {
    const graph = make();
    const map = findUnits(graph);
    let count = 0;
    for (const request of REQUESTS) {
      const plan = await makePlan(map, request, runner, withSamples(graph));
      assert.equal(await makePlan(findUnits(graph), request, runner, withSamples(graph)), plan);
      count += readsOf(plan).length;
      const result = await applyPlan(map, plan, runner);
      verifyGraph(result.graph);
      checkBudget(map, plan, request.keep!, result);
      assert.ok(result.equality.maxRelative <= 1e-4);
      assert.ok(difference(meaning(result.graph), await running(result.graph)) <= 1e-4, "on the runtime, too");
      const again = await applyPlan(map, parsePlan(formatPlan(plan), "plan.json"), runner);
      assert.ok(same(again.graph, result.graph));
    }
    assert.ok(count > 0, "branches read less");
  });

  test(`${name}: samplers that take all change nothing, and only their trunks are frozen`, () => {
    const graph = make();
    const [before, { map, readers }] = [findUnits(graph), withSamplers(findUnits(graph), "")];
    assert.equal(meaning(map.graph), meaning(graph));
    assert.ok(same(map.graph, graph), "compiled, they are not there");
    const trunks = new Set(map.units.filter(({ frozen }) => /\.reads: chooses among them/.test(frozen ?? "")));
    assert.ok(trunks.size > 0 && [...trunks].every(({ residual }) => residual));
    for (const { name: unit, width, frozen } of before.units) {
      const same = map.units.find((other) => other.name === unit)!;
      assert.equal([same.width, trunks.has(same) || same.frozen === frozen], [width, true], unit);
    }
    assert.equal(
      map.units.map(({ name: unit }) => unit).filter((unit) => !before.units.some((other) => other.name === unit)),
      [...readers.keys()],
    );
  });
}

test("each unit keeps its share, what is read of a trunk, too", async () => {
  const graph = RESIDUAL["bottlenecks"]!();
  const plan = await makePlan(
    findUnits(graph),
    sampling({ kind: "channels", value: 0.5 }, { allocate: "uniform" }),
    runner,
    withSamples(graph),
  );
  assert.equal(
    readsOf(plan).map(({ node, width, channels }) => [node, width, channels.length]),
    // What the first block reads is no trunk: no sum couples it, and its own channels go.
    [["second.1", 12, 6]],
  );
  assert.equal(
    plan.cuts.map(({ unit, remove }) => [unit, remove.length]),
    [
      ["stem", 3],
      ["first.1", 2],
      ["first.2", 2],
      ["second.1", 2],
      ["second.2", 2],
    ],
  );
});

test("a channel of which a branch makes nothing is not read by it, and stays in the trunk", async () => {
  const graph = RESIDUAL["squeeze and excite"]!();
  const constant = graph.nodes.find(({ name }) => name === "first")!.inputs[1]!;
  const { shape, data } = graph.constants.get(constant)!;
  const faint = Float32Array.from(data, (weight, i) => (Math.floor(i / 9) % 8 === 5 ? 1e-3 * weight : weight));
  const changed = { ...graph, constants: new Map(graph.constants).set(constant, { shape, data: faint }) };
  for (const allocate of ["error", "sensitivity"]) {
    const request = { ...sampling({ kind: "macs", value: 0.97 }, { allocate }), only: "*.reads" };
    const plan = await makePlan(findUnits(changed), request, runner, withSamples(changed, 20));
    assert.equal(plan.cuts, []);
    assert.equal(readsOf(plan), [{ kind: "reads", node: "first", width: 8, channels: [0, 1, 2, 3, 4, 6, 7] }]);
  }
});

test("what stands in for a block is fitted, though what reads it reads less", async () => {
  const graph = RESIDUAL["inverted residuals"]!();
  const dense = foldBatchNorm(graph);
  const [first, last] = findBlocks(dense).filter(({ layers }) => layers.length === 3);
  const bypass = { kind: "bypass", node: first!.name, branch: first!.branch, layers: first!.layers } as const;
  const reads = { kind: "reads", node: last!.layers[0]!, width: 6, channels: [0, 2, 3, 5] } as const;
  const layersOf = async (edits: readonly Edit[]) => {
    const map = findUnits(dense);
    const plan = { espalierPlan: 1, method: "by hand", seed: 1, request: {}, cuts: [], edits } as const;
    const cut = await applyPlan(map, plan, runner);
    const fitted = await recoverLeastSquares(dense, cut, samplesFor(dense, 8), { runner, moments });
    return fitted.layers.map(({ name }) => name);
  };
  const plain = await layersOf([bypass]);
  const before = dense.nodes.findIndex(({ name }) => name === first!.layers[0]);
  assert.ok(dense.nodes.findIndex(({ name }) => name === plain[0]) < before, "the layer in front of the gap");
  assert.equal(await layersOf([reads, bypass]), plain);
});

test("blocks may go beside it", async () => {
  const graph = RESIDUAL["basic blocks"]!();
  const map = findUnits(graph);
  const keep = { kind: "macs", value: 0.2 } as const;
  const plan = await makePlan(map, sampling(keep, { blocks: "remove" }), runner, withSamples(graph, 24));
  const { blocks, macs } = await applyPlan(map, plan, runner);
  assert.ok(blocks.length > 0 && readsOf(plan).length > 0 && macs.after <= 0.2 * macs.before);
  const gone = new Set(blocks.flatMap(({ layers }) => layers));
  assert.ok(readsOf(plan).every(({ node }) => !gone.has(node)));
});

test("milliseconds are met", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const map = findUnits(graph);
  const latency = latencyModel(await fakeTable(graph));
  const timed = (of: Graph) =>
    latency.layers(of).reduce((sum, { sizes, milliseconds }) => sum + milliseconds(sizes), latency.overheadMs);
  // What is cut takes a tenth longer than the table says.
  const race = async ([dense, cut]: readonly Graph[]) => [timed(dense!), 1.1 * timed(cut!)];
  let count = 0;
  for (const allocate of ["latency", "uniform"]) {
    const request = sampling({ kind: "ms", value: 0.3 }, { allocate });
    const { plan, milliseconds } = await planMeasured(map, request, { ...runner, latency, race }, withSamples(graph));
    const { before, after, error } = milliseconds!;
    count += readsOf(plan).length;
    assert.ok(after! <= 0.3 * 1.02 * before && after! > 0.2 * before, `${allocate}: ${after} of ${before}`);
    assert.ok(
      Math.abs(error! - (1 / 1.1 - 1)) < 1e-9,
      "a sampler runs within the layer that reads it, and costs nothing",
    );
    assert.ok(Math.abs(1.1 * timed((await applyPlan(map, plan, runner)).graph) - after!) < 1e-9, "timed as it is cut");
  }
  assert.ok(count > 0, "branches read less");
});

test("networks without branches have none", async () => {
  const graph = ARCHITECTURES["vgg"]!();
  await fails(
    () => makePlan(findUnits(graph), sampling({ kind: "macs", value: 0.6 }), runner, withSamples(graph)),
    RequestError,
    /^--sampler on: no convolution begins a residual branch: there is no branch to sample$/,
  );
});

test.run();
