import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { RequestError } from "../../src/errors.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { resnet } from "../../src/models/index.js";
import { type Cut, formatPlan, parsePlan, type PrunePlan, removedClasses } from "../../src/prune/plan.js";
import { applyPlan, makePlan } from "../../src/prune/prune.js";
import { findUnits } from "../../src/prune/units.js";
import { SIZE } from "./architectures.js";
import { fails } from "./expect-error.js";

const test = suite("prune/plan");
const runner = runtimeRunner();
const graph = resnet({ depth: 8, width: 4, size: SIZE });
const map = findUnits(graph);

const planOf = (...cuts: readonly Cut[]): PrunePlan => ({
  espalierPlan: 1,
  method: "l1",
  seed: 1,
  request: { keep: "channels=0.5", scope: "local" },
  cuts,
});
const inner = (remove: readonly number[], width = 4): Cut => ({ unit: "layer1.0.conv1", width, remove });

test("a plan is text that can be read", async () => {
  const plan = await makePlan(
    map,
    { method: "l2", seed: 7, only: "inner", keep: { kind: "macs", value: 0.8 } },
    runner,
  );
  const text = formatPlan(plan);
  assert.equal(parsePlan(text, "plan.json"), plan);
  assert.equal(JSON.parse(text), plan);
  assert.is(text.split("\n").filter((line) => line.includes('"unit"')).length, plan.cuts.length);
  assert.ok(text.endsWith("}\n"));
  assert.equal([plan.method, plan.seed, plan.request], ["l2", 7, { keep: "macs=0.8", scope: "global", only: "inner" }]);
});

test("a plan without cuts", async () => {
  assert.equal(parsePlan(formatPlan(planOf()), "plan.json"), planOf());
  const { graph: same } = await applyPlan(map, planOf(), runner);
  assert.equal(compile(same), compile(graph));
});

test("a plan that was written by hand needs no more than the cuts", async () => {
  const plan = parsePlan(
    '{"espalierPlan": 1, "cuts": [{"unit": "layer1.0.conv1", "width": 4, "remove": [0, 2]}]}',
    "p",
  );
  assert.equal([plan.method, plan.seed, plan.request], ["by hand", 1, {}]);
  const result = await applyPlan(map, plan, runner);
  assert.equal(result.graph.constants.get("layer1.0.conv1.weight")!.shape, [2, 4, 3, 3]);
  assert.equal(
    result.units.filter(({ before, after }) => before !== after).map(({ name }) => name),
    ["layer1.0.conv1"],
  );
});

test("only what the plan says goes", async () => {
  const { graph: cut } = await applyPlan(map, planOf(inner([1, 2])), runner);
  const [before, after] = [graph, cut].map((g) => g.constants.get("layer1.0.conv1.weight")!.data);
  assert.equal([...after!], [...before!.subarray(0, 36), ...before!.subarray(108, 144)]);
  const bias = cut.constants.get("layer1.0.bn1.beta")!.data;
  const all = graph.constants.get("layer1.0.bn1.beta")!.data;
  assert.equal([...bias], [all[0], all[3]]);
});

test("text that is not a plan", async () => {
  for (const text of ["", "{", "keep macs=0.5", '{"espalierPlan": 1,}']) {
    await fails(() => parsePlan(text, "p.json"), RequestError, /^p\.json: not JSON: /);
  }
  for (const text of ["null", "1", "[]", "{}", '{"espalierPlan": 2, "cuts": []}', '{"espalierPlan": 1, "cuts": {}}']) {
    await fails(() => parsePlan(text, "p.json"), RequestError, /^p\.json: not a pruning plan: expected/);
  }
});

test("cuts that are none", async () => {
  const wrong: unknown[] = [
    null,
    1,
    "layer1.0.conv1",
    {},
    { unit: 1, width: 4, remove: [] },
    { unit: "a", remove: [] },
    { unit: "a", width: 4.5, remove: [0] },
    { unit: "a", width: 4 },
    { unit: "a", width: 4, remove: "0" },
    { unit: "a", width: 4, remove: [-1] },
    { unit: "a", width: 4, remove: [0.5] },
    { unit: "a", width: 4, remove: ["0"] },
    { unit: "a", width: 4, remove: [4] },
    { unit: "a", width: 4, remove: [1, 0] },
    { unit: "a", width: 4, remove: [1, 1] },
  ];
  for (const cut of wrong) {
    const text = JSON.stringify({ ...planOf(), cuts: [inner([0]), cut] });
    await fails(() => parsePlan(text, "p.json"), RequestError, /^p\.json: cut 1: expected \{unit, width, remove/);
  }
});

test("a request that is none", async () => {
  for (const part of [{ request: "keep" }, { request: { keep: 1 } }, { method: 5 }, { seed: "1" }, { seed: -1 }]) {
    const text = JSON.stringify({ ...planOf(), ...part });
    await fails(() => parsePlan(text, "p.json"), RequestError, /^p\.json: .*expected/);
  }
});

test("a plan of another network", async () => {
  const check = (message: RegExp, ...cuts: readonly Cut[]) =>
    fails(() => removedClasses(planOf(...cuts), map.units), RequestError, message);
  await check(/^features\.3: the network has no unit of this name; the plan is another network's$/, {
    unit: "features.3",
    width: 4,
    remove: [1],
  });
  await check(/^layer1\.0\.conv1: is 4 channels wide here, 8 in the plan/, inner([1], 8));
  await check(/^layer1\.0\.conv1: the plan removes all 4 channels$/, inner([0, 1, 2, 3]));
  await check(/^layer1\.0\.conv1: .*twice/, inner([0, 1]), inner([2, 3]));
  await check(/^logits: cannot be removed: is an output of the network$/, { unit: "logits", width: 10, remove: [0] });
  await fails(() => applyPlan(map, planOf(inner([1], 8)), runner), RequestError, /another network's/);
});

test("a plan does not fit the network that it has cut", async () => {
  const plan = await makePlan(map, { method: "l1", keep: { kind: "channels", value: 0.5 } }, runner);
  const { graph: cut } = await applyPlan(map, plan, runner);
  await fails(() => applyPlan(findUnits(cut), plan, runner), RequestError, /is 2 channels wide here, 4 in the plan/);
});

test.run();
