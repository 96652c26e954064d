/** The laws of perforation that looks at pictures, and what its searches take. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../../src/errors.js";
import type { Graph, Tensor } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { computedPixels, countComputed } from "../../../src/ops/positions.js";
import { evaluateGraph, inferShapes } from "../../../src/ops/walk.js";
import { applyEdits, maskedByEdits } from "../../../src/prune/edits/index.js";
import type { PositionsEdit } from "../../../src/prune/edits/positions.js";
import { logSoftmax } from "../../../src/prune/logits.js";
import { editsOf, findSites, whole } from "../../../src/prune/perforation/sites.js";
import { gridMask } from "../../../src/prune/perforation/masks.js";
import { formatPlan, parsePlan } from "../../../src/prune/plan.js";
import { applyPlan, makePlan, type PruneRequest, type Resources } from "../../../src/prune/prune.js";
import type { Runner } from "../../../src/prune/runner.js";
import type { Samples } from "../../../src/prune/segments.js";
import { findUnits } from "../../../src/prune/units.js";
import { ARCHITECTURES } from "../architectures.js";
import { fails } from "../expect-error.js";
import { costOf, difference, meaning, noisePictures, runner, running, same } from "../laws.js";

const test = suite("prune/perforation/search");

function labelled(graph: Graph): { samples: () => Samples } {
  const samples = noisePictures(graph).samples!();
  return { samples: () => ({ ...samples, label: (i) => i % 3 }) };
}

const WAYS: readonly Readonly<Record<string, string>>[] = [
  {},
  { mask: "impact", loss: "labels" },
  { search: "uniform" },
  { mask: "impact", search: "greedy" },
  { mask: "iterative-impact", search: "greedy", loss: "labels" },
  { mask: "grid,uniform,impact", search: "greedy" },
];

const positionsOf = ({ pixels, rows, columns }: PositionsEdit) =>
  pixels ? { pixels } : { rows: rows!, columns: columns! };

/** Every pixel that could be computed again would be one too many. */
function checkUsedUp(graph: Graph, edits: readonly PositionsEdit[], allowed: number): void {
  for (const edit of edits.filter(({ pixels }) => pixels)) {
    const [height, width] = edit.size;
    const computed = new Set(edit.pixels);
    const missing = [...Array(height * width).keys()].find((pixel) => !computed.has(pixel));
    const pixels = [...computed, missing!].sort((a, b) => a - b);
    const more = edits.map((other) => (other === edit ? { ...edit, pixels } : other));
    assert.ok(costOf(applyEdits(more, graph), "macs") > allowed, `${edit.node}: a pixel could come back`);
  }
}

const NETWORKS: Readonly<Record<string, typeof WAYS>> = {
  gate: WAYS,
  vgg: WAYS,
  resnet: WAYS.slice(0, 1),
  mobilenet: WAYS.slice(0, 1),
};

for (const [name, ways] of Object.entries(NETWORKS)) {
  const graph = ARCHITECTURES[name]!();
  const map = findUnits(graph);
  const resources = labelled(graph);
  for (const options of ways) {
    const words = Object.values(options).join(" ") || "as it is";
    test(`${name}, ${words}: met, used up, equal to masked, replayed`, async () => {
      const request: PruneRequest = {
        method: "perforate",
        keep: { kind: "macs", value: 0.6 },
        options: { layers: "all", ...options },
      };
      const plan = await makePlan(map, request, runner, resources);
      assert.equal(
        await makePlan(findUnits(graph), request, runner, resources),
        plan,
        "the same pictures, the same plan",
      );
      const edits = plan.edits as readonly PositionsEdit[];
      const result = await applyPlan(map, plan, runner);
      verifyGraph(result.graph);
      const allowed = 0.6 * costOf(graph, "macs");
      assert.ok(costOf(result.graph, "macs") <= allowed);
      checkUsedUp(graph, edits, allowed);
      const masked = meaning(maskedByEdits(edits, graph));
      assert.ok(difference(masked, meaning(result.graph)) <= 1e-9, "edited equals masked");
      assert.ok(difference(masked, await running(result.graph)) <= 1e-4, "on the runtime, too");
      const replayed = parsePlan(formatPlan(plan), "plan.json");
      assert.ok(same((await applyPlan(findUnits(graph), replayed, runner)).graph, result.graph), "a plan replays");
    });
  }
}

const graph = ARCHITECTURES["vgg"]!();
const map = findUnits(graph);
const planFor = (request: Partial<PruneRequest>, of: Runner = runner, resources: Resources = labelled(graph)) =>
  makePlan(map, { method: "perforate", keep: { kind: "macs", value: 0.6 }, ...request }, of, resources);

/** The mean divergence from the dense answers, in float64. */
function divergence(perforated: Graph, samples: Samples): number {
  const answer = (of: Graph, i: number) => {
    const [input] = of.inputs;
    const picture: Tensor = { shape: input!.shape, data: samples.get(i) };
    const values = evaluateGraph(of, new Map([[input!.name, picture]]));
    return logSoftmax(Float32Array.from(values.get(of.outputs[0]!)!.data));
  };
  let sum = 0;
  for (let i = 0; i < samples.count; i++) {
    const [p, q] = [answer(graph, i), answer(perforated, i)];
    p.forEach((logP, k) => (sum += (Math.exp(logP) * (logP - q[k]!)) / samples.count));
  }
  return sum;
}

test("the first step is the one that loses least for what it saves", async () => {
  const sites = findSites({ graph, shapes: inferShapes(graph), only: undefined }, "spatial");
  const samples = labelled(graph).samples();
  const trials = sites.map((site) => {
    const mask = gridMask(...site.size, 1, site.layer);
    const rung = mask.counts.findIndex((count) => count <= Math.floor(site.pixels / 1.5));
    const edits = editsOf([site], [{ mask, rung }]);
    const saved = site.costOf(site.pixels) - site.costOf(mask.counts[rung]!);
    return { edits, saved, cost: divergence(applyEdits(edits, graph), samples) / saved };
  });
  const [best, next] = [...trials].sort((a, b) => a.cost - b.cost);
  assert.ok(next!.cost > 1.01 * best!.cost, "there is a best one");
  // What one step meets exactly, so that nothing is given back.
  const value = costOf(graph, "macs") - best!.saved;
  const plan = await planFor({
    keep: { kind: "macs", value },
    options: { mask: "grid", search: "greedy", draws: "1" },
  });
  assert.equal(plan.edits, best!.edits);
});

/** Pictures of noise that is strong in the middle, and nearly nothing at the border. */
function framed(graph: Graph): Samples {
  const { count, get } = noisePictures(graph, 24).samples!();
  const [, , height, width] = graph.inputs[0]!.shape as [number, number, number, number];
  const weight = (at: number, size: number) => Math.exp(-30 * ((at + 0.5) / size - 0.5) ** 2);
  const pictures = Array.from({ length: count }, (_, i) =>
    get(i).map((v, k) => v * weight(Math.floor(k / width) % height, height) * weight(k % width, width)),
  );
  return { count, get: (i) => pictures[i]! };
}

test("where a part of the pictures says more, impact finds it", async () => {
  const samples = framed(graph);
  const lost = async (options: Readonly<Record<string, string>>) => {
    const { edits } = await planFor({ options }, runner, { samples: () => samples });
    return divergence(applyEdits(edits!, graph), samples);
  };
  const lots = await lost({ mask: "uniform" });
  for (const options of [{}, { search: "uniform" }, { mask: "impact" }]) {
    const found = await lost(options);
    assert.ok(found < 0.7 * lots, `${JSON.stringify(options)}: ${found}, by lot ${lots}`);
  }
});

test("options that contradict one another, or want pictures", async () => {
  const refused = (request: Partial<PruneRequest>, message: RegExp, resources = {}) =>
    fails(
      () => makePlan(map, { method: "perforate", keep: { kind: "macs", value: 0.6 }, ...request }, runner, resources),
      RequestError,
      message,
    );
  await refused({ options: { mask: "grid,impact" } }, /^--mask: only --search greedy chooses among several/);
  await refused({ options: { mask: "grid", search: "impact" } }, /^--search impact: weighs impacts/);
  await refused({ scope: "local", options: { search: "greedy" } }, /^--search greedy: .* leave out --scope local/);
  for (const options of [{ mask: "impact" }, { search: "greedy" }])
    await refused({ options }, /^--data: method perforate needs pictures/);
  await refused(
    { options: { mask: "auto", loss: "labels" } },
    /^--loss labels: the pictures have no/,
    noisePictures(graph),
  );
  await refused(
    { options: { search: "greedy" }, keep: { kind: "macs", value: 0.001 } },
    /ask for \d+ or more/,
    labelled(graph),
  );
  const empty = await makePlan(map, { method: "perforate", keep: { kind: "macs", value: 0.6 } }, runner);
  assert.ok(
    empty.edits!.every((edit) => "rows" in edit),
    "without pictures a grid",
  );
});

/** Milliseconds of a device on which a perforated pixel takes twice as long as one of a whole convolution. */
const times: Runner = {
  ...runner,
  async race(graphs) {
    return graphs.map((one) => {
      const shapes = inferShapes(one);
      return one.nodes.reduce((sum, node) => {
        const { positions } = node.attrs as { positions?: Parameters<typeof countComputed>[0] };
        const [, channels = 1, height = 1, width = 1] = shapes.get(node.outputs[0]!)!;
        const pixels = countComputed(positions, height, width);
        return node.op === "conv" ? sum + 1e-3 * channels * pixels * (positions ? 2 : 1) : sum;
      }, 0.1);
    });
  },
};

test("milliseconds: what is perforated is faster, and the clock agrees", async () => {
  for (const options of [{}, { mask: "grid" }, { mask: "grid", search: "greedy" }, { search: "uniform" }]) {
    const { edits } = await planFor({ keep: { kind: "ms", value: 0.7 }, options }, times);
    const perforated = applyEdits(edits!, graph);
    const [before, after] = (await times.race!([graph, perforated])) as [number, number];
    assert.ok(after <= 0.714 * before && after > 0.6 * before, `${after} of ${before}`);
    for (const edit of edits as readonly PositionsEdit[]) {
      const [height, width] = edit.size;
      assert.ok(computedPixels(positionsOf(edit), width).length < (height * width) / 2, edit.node);
    }
  }
});

test("milliseconds that cannot be measured, or reached", async () => {
  const keep = { kind: "ms", value: 0.7 } as const;
  await fails(() => planFor({ keep }), RequestError, /^--keep: .* timed only on the device at hand/);
  const slow: Runner = { ...times, race: async (graphs) => graphs.map((_, i) => 1 + i) };
  await fails(
    () => planFor({ keep, options: { mask: "grid" } }, slow),
    RequestError,
    /^--keep: the budget allows 0.700ms/,
  );
  await fails(
    () => planFor({ keep, options: { search: "greedy" } }, slow),
    RequestError,
    /^--keep: the budget allows 0.700ms/,
  );
});

test("a convolution with all of its pixels is none of the edits", () => {
  const sites = findSites({ graph, shapes: inferShapes(graph), only: undefined }, "spatial");
  assert.equal(editsOf(sites, sites.map(whole)), []);
});

test.run();
