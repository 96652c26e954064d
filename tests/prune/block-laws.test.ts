/** The laws of queues that residual blocks end: budgets that channels alone meet, and such that they do not. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { latencyModel } from "../../src/measure/latency-model.js";
import { maskGraph } from "../../src/prune/apply.js";
import { type Block, findBlocks } from "../../src/prune/blocks.js";
import { costModel } from "../../src/prune/cost.js";
import { byTime, maskedByEdits } from "../../src/prune/edits/index.js";
import { formatPlan, parsePlan, type PrunePlan, removedClasses } from "../../src/prune/plan.js";
import { applyPlan, makePlan, type PruneRequest } from "../../src/prune/prune.js";
import { findUnits, type UnitMap } from "../../src/prune/units.js";
import { fails } from "./expect-error.js";
import { fakeTable } from "./fake-latency.js";
import { costOf, difference, meaning, noisePictures, runner, running } from "./laws.js";
import { RESIDUAL } from "./residual.js";

const test = suite("prune/block-laws");

const ASKED: readonly Pick<PruneRequest, "method" | "options">[] = [
  { method: "greedy" },
  { method: "lasso", options: { blocks: "remove", allocate: "error" } },
  { method: "l1", options: { allocate: "sensitivity" } },
  { method: "surgery", options: { blocks: "remove", allocate: "error" } },
];

const goneIn = (map: UnitMap, { edits = [] }: PrunePlan): Block[] =>
  findBlocks(map.graph).filter(({ name }) => edits.some(({ kind, node }) => kind === "bypass" && node === name));

/** Multiply-adds with one channel left of each unit. */
async function leastOfChannels(map: UnitMap): Promise<number> {
  try {
    await makePlan(map, { method: "l1", keep: { kind: "macs", value: 2 } }, runner);
    return assert.unreachable() as never;
  } catch (error) {
    return Number(/ask for (\d+) or more/.exec((error as Error).message)![1]);
  }
}

/** Nothing that is gone could return: no channel, and no block as it was. */
function checkMaximal(map: UnitMap, plan: PrunePlan, allowed: number): void {
  const model = costModel(map.graph, map.channels);
  const removed = removedClasses(plan, map.units);
  const gone = goneIn(map, plan);
  assert.ok(model(removed, gone).macs <= allowed, `${model(removed, gone).macs} of ${allowed}`);
  for (const root of removed) {
    const others = new Set([...removed].filter((other) => other !== root));
    assert.ok(model(others, gone).macs > allowed, `class ${root} can be put back`);
  }
  for (const block of gone) {
    const others = gone.filter((other) => other !== block);
    assert.ok(model(removed, others).macs > allowed, `${block.name} can be put back`);
  }
}

for (const [n, [name, make]] of Object.entries(RESIDUAL).entries()) {
  // Every method meets every network only where slow tests are asked for.
  const slow = process.env["ESPALIER_SLOW"] !== undefined;
  const methods = ASKED.filter((_, m) => slow || m === n % ASKED.length);
  test(`${name}: met, maximal, equal to masked, replayed, the same again`, async () => {
    const map = findUnits(make());
    const pictures = noisePictures(map.graph);
    const least = await leastOfChannels(map);
    const whole = costOf(map.graph, "macs");
    for (const asked of methods) {
      for (const allowed of [Math.round((whole + least) / 2), least - 1]) {
        const request: PruneRequest = { ...asked, keep: { kind: "macs", value: allowed } };
        const plan = await makePlan(map, request, runner, pictures);
        checkMaximal(map, plan, allowed);
        if (allowed < least) assert.ok(goneIn(map, plan).length > 0);
        const result = await applyPlan(map, plan, runner);
        verifyGraph(result.graph);
        assert.is(result.macs.after, costOf(result.graph, "macs"));
        const { before, after } = byTime(plan.edits ?? []);
        const masked = maskedByEdits(
          [...before, ...after],
          maskGraph(map.graph, map.channels, removedClasses(plan, map.units)),
        );
        assert.ok(difference(meaning(masked), meaning(result.graph)) <= 1e-5, `${asked.method}: equal to masked`);
        assert.ok(difference(await running(masked), await running(result.graph)) <= 1e-4, "on the runtime, too");
        assert.equal(parsePlan(formatPlan(plan), "plan.json"), plan);
      }
    }
    const again: PruneRequest = { ...methods[0]!, keep: { kind: "macs", value: least - 1 } };
    assert.equal(
      await makePlan(findUnits(map.graph), again, runner, pictures),
      await makePlan(map, again, runner, pictures),
    );
  });
}

const milliseconds = ({ latency }: { latency: ReturnType<typeof latencyModel> }, graph: UnitMap["graph"]) =>
  latency.layers(graph).reduce((sum, layer) => sum + layer.milliseconds(layer.sizes), latency.overheadMs);

for (const name of ["basic blocks", "bottlenecks"]) {
  test(`${name}: milliseconds that channels alone cannot save`, async () => {
    const map = findUnits(RESIDUAL[name]!());
    const table = await fakeTable(map.graph);
    // What is left by itself of the activation behind a sum is no part of the dense network, and of no table made for it.
    const rates = [...table.rates, { form: "clip", nanosecondsPerElement: 0 }];
    const timed = { ...runner, latency: latencyModel({ ...table, rates }) };
    const least = await leastMilliseconds(map, timed);
    const keep = { kind: "ms", value: 0.999 * least, amount: true } as const;
    const asked: readonly PruneRequest[] = [
      { method: "greedy", keep, options: { blocks: "remove" } },
      { method: "l1", keep, options: { blocks: "remove", allocate: "error" } },
      { method: "l1", keep, options: { blocks: "remove", allocate: "latency" } },
    ];
    for (const request of asked) {
      const plan = await makePlan(map, request, timed, noisePictures(map.graph));
      assert.ok(goneIn(map, plan).length > 0);
      const { graph } = await applyPlan(map, plan, timed);
      assert.ok(milliseconds(timed, graph) <= keep.value, `${milliseconds(timed, graph)} of ${keep.value}`);
    }
    const kept: PruneRequest = { method: "l1", keep, options: { blocks: "keep" } };
    await fails(() => makePlan(map, kept, timed), RequestError, /with one channel left everywhere/);
  });
}

/** Milliseconds with one channel left of each unit. */
async function leastMilliseconds(map: UnitMap, timed: { latency: ReturnType<typeof latencyModel> } & typeof runner) {
  const { graph } = await applyPlan(
    map,
    await makePlan(map, { method: "l1", keep: { kind: "channels", value: 1e-9 } }, runner),
    runner,
  );
  return milliseconds(timed, graph);
}

test("blocks stay where they may not go, and where all lose the same share", async () => {
  const map = findUnits(RESIDUAL["basic blocks"]!());
  const pictures = noisePictures(map.graph);
  const least = await leastOfChannels(map);
  const little = { kind: "macs", value: least - 1 } as const;
  const refused = (request: PruneRequest) =>
    fails(() => makePlan(map, request, runner, pictures), RequestError, new RegExp(`ask for ${least} or more`));
  await refused({ method: "greedy", keep: little, options: { blocks: "keep" } });
  await refused({ method: "greedy", keep: little, options: { blocks: "remove", allocate: "uniform" } });
  await refused({ method: "l1", keep: little });
  await refused({ method: "l1", keep: little, options: { blocks: "remove" } });
  const nothing = { kind: "macs", value: 2 } as const;
  const all: PruneRequest = { method: "greedy", keep: nothing, options: { blocks: "remove" } };
  await fails(
    () => makePlan(map, all, runner, pictures),
    RequestError,
    /with one channel and no block left everywhere/,
  );
});

test.run();
