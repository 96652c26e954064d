/** The laws of methods that fit layers to samples, on networks in which layers meet in every way. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, RequestError } from "../../../src/errors.js";
import { type Graph, sizeOf } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { allowance } from "../../../src/prune/budget.js";
import { maskedByEdits } from "../../../src/prune/edits/index.js";
import { methodByName } from "../../../src/prune/methods/index.js";
import { formatPlan, parsePlan } from "../../../src/prune/plan.js";
import { applyPlan, makePlan, type PruneRequest } from "../../../src/prune/prune.js";
import type { Samples } from "../../../src/prune/segments.js";
import { findUnits } from "../../../src/prune/units.js";
import { deriveSeed, normal } from "../../../src/random.js";
import { ARCHITECTURES, inTurn } from "../architectures.js";
import { fails } from "../expect-error.js";
import { costOf, difference, meaning, runner, running, same } from "../laws.js";

const test = suite("prune/reconstruct");

const NETWORKS = [
  "resnet",
  "resnet without batch norm",
  "vgg",
  "mobilenet",
  "concat",
  "gate",
  "shared weights",
  "padded channels",
];

const REQUESTS: readonly Omit<PruneRequest, "keep">[] = [
  { method: "low-rank" },
  { method: "low-rank", scope: "local", options: { kind: "spatial" } },
  { method: "low-rank", options: { kind: "channel", allocate: "error", rounds: "0" } },
  { method: "low-rank", options: { ranks: "energy" } },
  { method: "low-rank", options: { ranks: "vbmf" } },
  { method: "rows" },
  { method: "rows", options: { allocate: "uniform" } },
  { method: "rows", options: { allocate: "error" } },
  { method: "magnitude", options: { update: "obs" } },
  { method: "strided", options: { select: "reconstruction" } },
  { method: "strided", options: { select: "particles" } },
  { method: "strided", options: { select: "reconstruction", per: "layer" } },
];

/** Pictures of which neighbouring pixels resemble one another. */
function samplesFor(graph: Graph, count = 24): Samples {
  const [{ shape }] = graph.inputs as [Graph["inputs"][number]];
  return {
    count,
    get(i) {
      const next = normal(deriveSeed(i, "picture"));
      let value = 0;
      return Float32Array.from({ length: sizeOf(shape) }, () => (value = 0.7 * value + next()));
    },
  };
}

const budgetsOf = (method: string) =>
  (["macs", "parameters"] as const).filter((kind) => methodByName(method).budgets.includes(kind));

for (const [i, name] of NETWORKS.entries()) {
  const graph = ARCHITECTURES[name]!();
  const map = findUnits(graph);
  const resources = { samples: () => samplesFor(graph) };
  for (const given of inTurn(REQUESTS, i, 0)) {
    // Its only layer with several taps and one group is too small to make room.
    if (name === "mobilenet" && given.options?.["kind"] === "spatial") continue;
    if (name === "mobilenet" && given.method === "strided") continue;
    const words = [given.method, given.scope, ...Object.entries(given.options ?? {}).flat()].filter(Boolean).join(" ");
    test(`${name}, ${words}: met, equal to masked, replayed`, async () => {
      for (const kind of budgetsOf(given.method)) {
        // Most of a small mobilenet is in depthwise layers, which stay.
        const request = { ...given, keep: { kind, value: name === "mobilenet" ? 0.9 : 0.7 } };
        const plan = await makePlan(map, request, runner, resources);
        assert.equal(
          await makePlan(findUnits(graph), request, runner, resources),
          plan,
          "the same samples give the same plan",
        );
        const result = await applyPlan(map, plan, runner);
        verifyGraph(result.graph);
        const cost = costOf(result.graph, kind);
        assert.ok(cost <= allowance(request.keep, costOf(graph, kind)), `${kind}: ${cost}`);
        assert.ok(plan.edits!.length > 0);
        const masked = meaning(maskedByEdits(plan.edits!, graph));
        assert.ok(difference(masked, meaning(result.graph)) <= 1e-9, "edited equals masked");
        assert.ok(difference(masked, await running(result.graph)) <= 1e-4, "on the runtime, too");
        const replayed = parsePlan(formatPlan(plan), "plan.json");
        assert.equal(replayed, plan);
        assert.ok(same((await applyPlan(findUnits(graph), replayed, runner)).graph, result.graph), "a plan replays");
      }
    });
  }

  test(`${name}: keeping everything changes nothing, and no picture is asked for`, async () => {
    for (const { method } of REQUESTS) {
      let asked = 0;
      const samples = () => (asked++, samplesFor(graph));
      const plan = await makePlan(map, { method, keep: { kind: "macs", value: 1 } }, runner, { samples });
      assert.equal([plan.cuts, plan.edits, asked], [[], undefined, 0]);
    }
  });
}

/** How far the answers of an edited network are from the dense one's, on samples that it was not fitted to. */
async function apart(graph: Graph, request: PruneRequest, samples: boolean): Promise<number> {
  const map = findUnits(graph);
  const resources = samples ? { samples: () => samplesFor(graph, 64) } : {};
  const result = await applyPlan(map, await makePlan(map, request, runner, resources), runner);
  const sessions = [await runner.prepare(graph), await runner.prepare(result.graph)];
  const [input, output] = [graph.inputs[0]!.name, graph.outputs[0]!];
  const unseen = samplesFor(graph, 96);
  let sum = 0;
  for (let i = 64; i < 96; i++) {
    const [dense, edited] = sessions.map((session) => session.run({ [input]: unseen.get(i) })[output]!);
    dense!.forEach((v, k) => (sum += (v - edited![k]!) ** 2));
  }
  sessions.forEach((session) => session.dispose());
  return sum;
}

test("pictures help: fitted factors answer more like the dense network than factors of the weights", async () => {
  for (const name of ["resnet", "resnet without batch norm", "vgg"]) {
    const graph = ARCHITECTURES[name]!();
    const request = {
      method: "low-rank",
      scope: "local",
      keep: { kind: "macs", value: 0.6 },
      options: { kind: "spatial" },
    } as const;
    const [fitted, plain] = [await apart(graph, request, true), await apart(graph, request, false)];
    assert.ok(fitted < 0.9 * plain, `${name}: ${fitted}, without pictures ${plain}`);
  }
});

test("rounds of alternating least squares help", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const request = (rounds: string) =>
    ({
      method: "low-rank",
      scope: "local",
      keep: { kind: "macs", value: 0.6 },
      options: { kind: "spatial", rounds },
    }) as const;
  assert.ok((await apart(graph, request("3"), true)) < (await apart(graph, request("0"), true)));
});

test("trouble is named: no pictures, NaN in them, too small a budget, forms without a rank", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const map = findUnits(graph);
  const keep = { kind: "macs", value: 0.5 } as const;
  await fails(
    () => makePlan(map, { method: "rows", keep }, runner),
    RequestError,
    /^--data: method rows needs pictures/,
  );
  const damaged = { count: 4, get: () => new Float32Array(sizeOf(graph.inputs[0]!.shape)).fill(NaN) };
  for (const method of ["rows", "low-rank"]) {
    await fails(() => makePlan(map, { method, keep }, runner, { samples: () => damaged }), DataError, /not finite/);
    await fails(
      () => makePlan(map, { method, keep: { kind: "macs", value: 1.5 } }, runner, { samples: () => samplesFor(graph) }),
      RequestError,
      /ask for \d+ or more/,
    );
  }
  const options = { kind: "cp", ranks: "vbmf" };
  await fails(() => makePlan(map, { method: "low-rank", keep, options }, runner), RequestError, /no rank for cp/);
});

test("timed: layers whose chain is not faster stay, the others make room for them", async () => {
  const graph = ARCHITECTURES["vgg"]!();
  const map = findUnits(graph);
  const first = graph.nodes.find(({ op }) => op === "conv")!;
  let races = 0;
  /** The first layer gains nothing, all others do. */
  const race = async ([network, ...raced]: readonly Graph[]) => {
    races++;
    assert.is(network, graph);
    assert.ok(raced.length <= 32);
    return [10, ...raced.map(({ name, nodes }) => (nodes.length === 1 || name === first.name ? 1 : 0.9))];
  };
  const request = { method: "low-rank", keep: { kind: "macs", value: 0.7 }, options: { timed: "on" } } as const;
  const { edits } = await makePlan(map, request, { ...runner, race });
  // A look at the network, and layers and their chains in two races of up to 32 graphs.
  assert.is(races, 3);
  assert.ok(edits!.length > 0 && !edits!.some(({ node }) => node === first.name));
  const untimed = await makePlan(map, { ...request, options: {} }, { ...runner, race });
  assert.ok(untimed.edits!.some(({ node }) => node === first.name));
  await fails(() => makePlan(map, request, runner), RequestError, /^--timed: layers can be timed only on the device/);
  const slower = { ...runner, race: async (graphs: readonly Graph[]) => graphs.map((_, i) => 1 + i) };
  await fails(() => makePlan(map, request, slower), RequestError, /ask for \d+ or more/);
  const ms = { ...request, keep: { kind: "ms", value: 0.7 }, options: { timed: "off" } } as const;
  await fails(() => makePlan(map, ms, { ...runner, race }), RequestError, /^--timed: .* leave it out$/);
});

test("few and constant pictures are survived", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const size = sizeOf(graph.inputs[0]!.shape);
  const flat = { count: 2, get: () => new Float32Array(size).fill(0.5) };
  const dark = { count: 3, get: () => new Float32Array(size) };
  for (const samples of [flat, dark]) {
    for (const method of ["rows", "low-rank"]) {
      const map = findUnits(graph);
      const request = { method, keep: { kind: "macs", value: 0.7 } } as const;
      const result = await applyPlan(map, await makePlan(map, request, runner, { samples: () => samples }), runner);
      for (const values of (await running(result.graph)).values()) assert.ok(Array.from(values).every(Number.isFinite));
    }
  }
});

test.run();
