/** The laws of pruning for methods that choose channels by what samples show. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, RequestError } from "../../../src/errors.js";
import type { Graph } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { latencyModel } from "../../../src/measure/latency-model.js";
import { maskGraph } from "../../../src/prune/apply.js";
import { allowance, type Budget } from "../../../src/prune/budget.js";
import { costModel } from "../../../src/prune/cost.js";
import { formatPlan, parsePlan, type PrunePlan, removedClasses } from "../../../src/prune/plan.js";
import { applyPlan, makePlan, planMeasured, prune, type PruneRequest } from "../../../src/prune/prune.js";
import { findUnits, type UnitMap } from "../../../src/prune/units.js";
import { ARCHITECTURES, inTurn } from "../architectures.js";
import { fails } from "../expect-error.js";
import { fakeTable } from "../fake-latency.js";
import { difference, meaning, running, runner, same } from "../laws.js";
import { samplesFor } from "../recovery.js";

const test = suite("prune/moments/laws");

const METHODS = ["greedy", "lasso"];
const NETWORKS = [
  "resnet",
  "resnet without batch norm",
  "vgg",
  "mobilenet",
  "concat",
  "gate",
  "2 groups",
  "tap",
  "shared weights",
  "concat with itself",
  "channels last",
  "flatten",
];

const withSamples = (map: UnitMap, count = 6) => ({ samples: () => samplesFor(map.graph, count) });

/** Of channels alone; those of residual blocks: block-laws.test.ts. */
const REQUESTS: readonly Omit<PruneRequest, "method">[] = [
  { keep: { kind: "channels", value: 0.6 } },
  { keep: { kind: "macs", value: 0.6 }, options: { allocate: "error", blocks: "keep" } },
  { keep: { kind: "macs", value: 0.6 }, options: { allocate: "sensitivity", blocks: "keep" } },
  { keep: { kind: "parameters", value: 0.6 }, options: { allocate: "uniform" } },
];

function checkBudget(map: UnitMap, plan: PrunePlan, keep: Budget): void {
  const removed = removedClasses(plan, map.units);
  if (keep.kind === "channels") {
    for (const { roots, width, frozen, name } of map.units) {
      const left = roots.filter((root) => !removed.has(root)).length;
      assert.is(left, frozen === undefined ? Math.max(1, Math.round(keep.value * width)) : width, name);
    }
    return;
  }
  const model = costModel(map.graph, map.channels);
  const cost = (classes: ReadonlySet<number>) => model(classes)[keep.kind as "macs" | "parameters"];
  const allowed = allowance(keep, cost(new Set()));
  assert.ok(removed.size > 0 && cost(removed) <= allowed, `${cost(removed)} of ${allowed}`);
  for (const root of removed) {
    const others = new Set([...removed].filter((other) => other !== root));
    assert.ok(cost(others) > allowed, `class ${root} can be put back`);
  }
}

for (const [i, name] of NETWORKS.entries()) {
  for (const [j, method] of METHODS.entries()) {
    test(`${name}, ${method}: met, maximal, the same again, equal to masked, replayed`, async () => {
      const map = findUnits(ARCHITECTURES[name]!());
      for (const rest of inTurn(REQUESTS, i, j)) {
        const request = { method, ...rest };
        const plan = await makePlan(map, request, runner, withSamples(map));
        assert.equal(await makePlan(findUnits(map.graph), request, runner, withSamples(map)), plan);
        checkBudget(map, plan, rest.keep!);
        const result = await applyPlan(map, plan, runner);
        verifyGraph(result.graph);
        const masked = maskGraph(map.graph, map.channels, removedClasses(plan, map.units));
        assert.ok(difference(meaning(masked), meaning(result.graph)) <= 1e-9, "cut equals masked");
        assert.ok(difference(await running(masked), await running(result.graph)) <= 1e-4, "on the runtime, too");
        assert.equal(parsePlan(formatPlan(plan), "plan.json"), plan);
      }
    });
  }
}

test("keeping everything changes nothing, and looks at no samples", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  for (const method of METHODS) {
    const result = await prune(map.graph, { method, keep: { kind: "macs", value: 1 } }, runner, {
      samples: () => assert.unreachable("no samples are needed") as never,
    });
    assert.ok(same(result.graph, map.graph));
  }
});

test("milliseconds are met, by what each unit's channels are worth for the time they take", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  const latency = latencyModel(await fakeTable(map.graph));
  const timed = (graph: Graph) =>
    latency.layers(graph).reduce((sum, { sizes, milliseconds }) => sum + milliseconds(sizes), latency.overheadMs);
  // Everything takes twice as long as the table says, and what is cut a tenth more than that.
  const race = async ([dense, cut]: readonly Graph[]) => [2 * timed(dense!), 2.2 * timed(cut!)];
  const device = { ...runner, latency, race };
  for (const method of METHODS) {
    for (const allocate of ["latency", "sensitivity", "error", "uniform"]) {
      const request = { method, keep: { kind: "ms", value: 0.7 }, options: { allocate, blocks: "keep" } } as const;
      const { plan, milliseconds } = await planMeasured(map, request, device, withSamples(map));
      const { before, after, error, rounds } = milliseconds!;
      assert.ok(
        after! <= 0.7 * 1.02 * before && after! > 0.6 * before,
        `${method}, ${allocate}: ${after} of ${before}`,
      );
      assert.ok(rounds > 1 && Math.abs(error! - (1 / 1.1 - 1)) < 1e-9);
      const { graph } = await applyPlan(map, plan, runner);
      assert.ok(Math.abs(2.2 * timed(graph) - after!) < 1e-9, "what was timed is what is cut");
    }
    const wrong = { method, keep: { kind: "macs", value: 0.7 }, options: { allocate: "latency" } } as const;
    const noSamples = { samples: () => assert.unreachable("no samples are needed") as never };
    await fails(() => makePlan(map, wrong, device, noSamples), RequestError, /goes with --keep ms=, not with macs=$/);
  }
});

test("without samples, with bad ones, and for shares that cannot compete", async () => {
  const map = findUnits(ARCHITECTURES["vgg"]!());
  for (const method of METHODS) {
    const request = { method, keep: { kind: "macs", value: 0.5 } } as const;
    await fails(() => makePlan(map, request, runner), RequestError, /needs pictures; give --data/);
    const bad = {
      count: 3,
      get: (i: number) =>
        samplesFor(map.graph, 3)
          .get(i)
          .map((v, at) => (at === 9 ? NaN : v)),
    };
    await fails(() => makePlan(map, request, runner, { samples: () => bad }), DataError, /not finite; look for NaN/);
    const shares = { method, scope: "global", keep: { kind: "channels", value: 0.5 } } as const;
    await fails(() => makePlan(map, shares, runner, withSamples(map)), RequestError, /share of each unit/);
    const least = { method, keep: { kind: "macs", value: 1e-6 } } as const;
    await fails(() => makePlan(map, least, runner, withSamples(map)), RequestError, /ask for \d+ or more/);
  }
});

test("a channel that another can stand in for goes first, though its filter is the largest", async () => {
  const graph = ARCHITECTURES["concat"]!();
  const node = graph.nodes.find(({ name }) => name === "left")!;
  const constants = new Map(graph.constants);
  for (const constant of node.inputs.slice(1)) {
    const { shape, data } = constants.get(constant)!;
    const size = data.length / shape[0]!;
    const copy = data.slice();
    for (let i = 0; i < size; i++) copy[4 * size + i] = 5 * data[size + i]!;
    constants.set(constant, { shape, data: copy });
  }
  const map = findUnits({ ...graph, constants });
  for (const method of METHODS) {
    const keep = { kind: "channels", value: 5 / 6 } as const;
    const { cuts } = await makePlan(map, { method, keep, only: "left" }, runner, withSamples(map, 40));
    assert.ok(
      method === "lasso" || [1, 4].includes(cuts[0]!.remove[0]!),
      `${method} removes ${cuts[0]!.remove.join()}`,
    );
    const l2 = await makePlan(map, { method: "l2", keep, only: "left" }, runner);
    assert.not.ok(l2.cuts[0]!.remove.includes(4));
  }
});

test.run();
