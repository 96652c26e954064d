/** The laws of budgets in milliseconds, by tables that nothing was measured for. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../../src/errors.js";
import { latencyModel } from "../../../src/measure/latency-model.js";
import { WidthLatency } from "../../../src/prune/latency/widths.js";
import { METHODS } from "../../../src/prune/methods/index.js";
import type { PrunePlan } from "../../../src/prune/plan.js";
import { applyPlan, makePlan, type PruneRequest } from "../../../src/prune/prune.js";
import type { Runner } from "../../../src/prune/runner.js";
import { findUnits, type UnitMap } from "../../../src/prune/units.js";
import { ARCHITECTURES } from "../architectures.js";
import { fails } from "../expect-error.js";
import { fakeTable } from "../fake-latency.js";
import { runner as plain, same } from "../laws.js";

const test = suite("prune/latency/rank");

/** Those that look at weights alone. */
const RANKING = METHODS.filter(
  (method) => "score" in method && !method.uses && method.needs.every((need) => need === "weights"),
);
const ALLOCATIONS = ["auto", "latency", "score", "uniform"] as const;

const freeUnits = ({ units }: UnitMap) => units.filter(({ frozen }) => frozen === undefined);

/** The network as the plan leaves it, in milliseconds, and what a change of one unit does to that. */
function open(map: UnitMap, runner: Runner, plan?: PrunePlan): WidthLatency {
  const units = freeUnits(map);
  const latency = new WidthLatency(map, units, runner.latency!);
  for (const { unit, remove } of plan?.cuts ?? []) {
    latency.remove(
      units.findIndex(({ name }) => name === unit),
      remove.length,
    );
  }
  return latency;
}

/** Half way between all and the least. */
function reachable(map: UnitMap, runner: Runner): number {
  const latency = open(map, runner);
  const whole = latency.total;
  freeUnits(map).forEach(({ width }, unit) => latency.remove(unit, width - 1));
  return 0.5 + (0.5 * latency.total) / whole;
}

for (const [name, make] of Object.entries(ARCHITECTURES)) {
  const map = findUnits(make());
  const timed = async () => ({ ...plain, latency: latencyModel(await fakeTable(map.graph)) });

  for (const allocate of ALLOCATIONS) {
    test(`${name}, ${allocate}: met, maximal, replayed`, async () => {
      const runner = await timed();
      const value = reachable(map, runner);
      const allowed = value * open(map, runner).total;
      for (const { name: method } of RANKING) {
        const request: PruneRequest = { method, keep: { kind: "ms", value }, options: { allocate } };
        const plan = await makePlan(map, request, runner);
        assert.equal(await makePlan(findUnits(map.graph), request, runner), plan);
        assert.ok(plan.cuts.length > 0);
        const latency = open(map, runner, plan);
        assert.ok(latency.total <= allowed * (1 + 1e-12), `${latency.total} of ${allowed}`);
        freeUnits(map).forEach(({ width }, unit) => {
          const removed = latency.removed(unit);
          assert.ok(removed < width);
          for (let back = 0; back < removed; back++) {
            // By milliseconds chunks come back that leave a multiple of two; else what was removed last.
            const comesBack = ["auto", "latency"].includes(allocate) ? (width - back) % 2 === 0 : back === removed - 1;
            if (comesBack) assert.ok(latency.total - latency.saving(unit, back) > allowed, `${method}: unit ${unit}`);
          }
        });
      }
    });
  }

  test(`${name}: equal to masked, and everything kept changes nothing`, async () => {
    const runner = await timed();
    const keep = { kind: "ms", value: reachable(map, runner) } as const;
    const result = await applyPlan(map, await makePlan(map, { method: "l1", keep }, runner), runner);
    assert.ok(result.equality.maxRelative <= 1e-4);
    const whole = await makePlan(map, { method: "l1", keep: { kind: "ms", value: 1 } }, runner);
    assert.equal(whole.cuts, []);
    assert.ok(same((await applyPlan(map, whole, runner)).graph, map.graph));
  });
}

test("what cannot be asked for", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  const runner = { ...plain, latency: latencyModel(await fakeTable(map.graph)) };
  const refused = (request: Partial<PruneRequest>, message: RegExp, by: Runner = runner) =>
    fails(() => makePlan(map, { method: "l1", ...request }, by), RequestError, message);
  const tiny = { kind: "ms", value: 0.01 } as const;
  await refused({ keep: tiny }, /^--keep: allows 0\.\d+ ms, but with one channel left .* of the whole; ask for more/);
  await refused(
    { keep: tiny, scope: "local" },
    /^--keep: the budget allows 0\.\d+ms, but with one channel .* ask for \d.*ms or more/,
  );
  await refused({ keep: { kind: "ms", value: 0.5 } }, /^--keep: milliseconds need a latency table/, plain);
  const macs = { keep: { kind: "macs", value: 0.5 }, options: { allocate: "latency" } } as const;
  await refused(macs, /^--allocate latency: weighs milliseconds; it goes with --keep ms=, not with macs=$/);
  await refused({ method: "magnitude", keep: { kind: "ms", value: 0.5 } }, /^--keep: layers can be timed only on the/);
});

test.run();
