import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../../src/graph/graph.js";
import { latencyModel, predictMilliseconds } from "../../../src/measure/latency-model.js";
import { resnet } from "../../../src/models/index.js";
import type { Budget } from "../../../src/prune/budget.js";
import { applyPlan, makePlan, planMeasured, type PruneRequest } from "../../../src/prune/prune.js";
import type { Runner } from "../../../src/prune/runner.js";
import { findUnits } from "../../../src/prune/units.js";
import { fakeTable } from "../fake-latency.js";
import { noisePictures, runner as plain } from "../laws.js";

const test = suite("prune/latency/measured");

const graph = resnet({ depth: 14, width: 16, size: 8, classes: 4 });
const map = findUnits(graph);
const ASKED: PruneRequest = { method: "l1", keep: { kind: "ms", value: 0.6 } };
const near = (a: number, b: number, by: number) => assert.ok(Math.abs(a - b) <= by, `${a}, expected ${b}`);

/** A device that the table is of, but for a factor on networks that are cut, and the races that were run on it. */
async function device(factor: (share: number) => number) {
  const table = await fakeTable(graph);
  const races: (readonly Graph[])[] = [];
  const runner: Runner = {
    ...plain,
    latency: latencyModel(table),
    async race(graphs) {
      races.push(graphs);
      const [dense, cut] = graphs.map((one) => predictMilliseconds(one, table)) as [number, number];
      return [2 * dense, 2 * cut * factor(cut / dense)];
    },
  };
  return { runner, races, table };
}

/** The plan, and the milliseconds, which a budget of them always comes with. */
async function planFor(request: PruneRequest, runner: Runner) {
  const { plan, milliseconds } = await planMeasured(map, request, runner);
  assert.ok(milliseconds);
  return { plan, milliseconds: milliseconds! };
}

test("a table that is right is asked once", async () => {
  const { runner, races, table } = await device(() => 1);
  const { plan, milliseconds } = await planFor(ASKED, runner);
  assert.is(races.length, 1);
  assert.is(races[0]![0], graph);
  assert.equal(plan, await makePlan(map, ASKED, runner));
  const { before, after, predicted, error, rounds } = milliseconds;
  near(before, 2 * predictMilliseconds(graph, table), 1e-9);
  near(predicted, after!, 1e-9);
  near(error!, 0, 1e-9);
  assert.is(rounds, 1);
  assert.ok(after! <= 0.6 * before && after! > 0.57 * before);
  const cut = (await applyPlan(map, plan, runner)).graph;
  near(after!, 2 * predictMilliseconds(cut, table), 1e-9);
});

test("where cut networks are slower than the table says, more goes", async () => {
  const { runner } = await device(() => 1.15);
  const { plan, milliseconds } = await planFor(ASKED, runner);
  assert.ok(milliseconds.after! <= 0.6 * 1.02 * milliseconds.before);
  assert.ok(milliseconds.rounds > 1);
  near(milliseconds.error!, 1 / 1.15 - 1, 1e-9);
  assert.equal(plan.request, { keep: "ms=0.6", scope: "global" }, "what was asked, not what it took");
});

test("pictures are looked at once, however often is decided", async () => {
  const looks = async (keep: Budget, runner: Runner) => {
    const { samples } = noisePictures(graph);
    let count = 0;
    const counting = () => ({ ...samples!(), get: (i: number) => (count++, samples!().get(i)) });
    const { milliseconds } = await planMeasured(map, { method: "hrank", keep }, runner, { samples: counting });
    return { count, rounds: milliseconds?.rounds };
  };
  const { runner } = await device(() => 1.15);
  const { count, rounds } = await looks(ASKED.keep!, runner);
  assert.ok(rounds! > 1);
  assert.equal(await looks({ kind: "macs", value: 0.6 }, runner), { count, rounds: undefined });
});

test("methods that fold channels into others meet milliseconds, too", async () => {
  const { runner } = await device(() => 1.1);
  for (const method of ["surgery", "similarity"]) {
    const { plan, milliseconds } = await planFor({ ...ASKED, method }, runner);
    assert.ok(milliseconds.after! <= 0.6 * 1.02 * milliseconds.before, method);
    assert.ok(plan.edits!.length > 0);
    assert.ok((await applyPlan(map, plan, runner)).equality.maxRelative <= 1e-4);
  }
});

test("where they are faster, something comes back", async () => {
  const { runner } = await device(() => 0.8);
  const { milliseconds } = await planFor(ASKED, runner);
  assert.ok(milliseconds.rounds > 1);
  assert.ok(milliseconds.after! <= 0.6 * 1.02 * milliseconds.before);
  assert.ok(milliseconds.after! > 0.55 * milliseconds.before);
});

test("what cannot be met ends, with the fastest", async () => {
  const { runner, races } = await device((share) => 0.9 / share + 0.1 * share);
  const { milliseconds } = await planFor(ASKED, runner);
  assert.ok(races.length <= 4 && races.length > 1);
  const table = await fakeTable(graph);
  const shares = races.map(([dense, cut]) => predictMilliseconds(cut!, table) / predictMilliseconds(dense!, table));
  const least = Math.min(...shares);
  near(milliseconds.after! / milliseconds.before, 0.9 + 0.1 * least * least, 1e-9);
});

test("another device's table is believed", async () => {
  const { runner, table } = await device(() => 1);
  const { race: _, ...elsewhere } = runner;
  const { plan, milliseconds } = await planFor(ASKED, elsewhere);
  assert.equal(plan, await makePlan(map, ASKED, elsewhere));
  assert.equal([milliseconds.after, milliseconds.error], [null, null]);
  near(milliseconds.before, predictMilliseconds(graph, table), 1e-9);
  assert.ok(milliseconds.predicted <= 0.6 * milliseconds.before);
});

test("amounts are milliseconds, of the table or as measured", async () => {
  const { runner, table } = await device(() => 1);
  const whole = predictMilliseconds(graph, table);
  const keep = { kind: "ms", value: 0.6 * 2 * whole, amount: true } as const;
  const { milliseconds } = await planFor({ method: "l1", keep }, runner);
  assert.ok(milliseconds.after! <= 0.6 * 1.02 * 2 * whole);
  const { race: _, ...elsewhere } = runner;
  const half = { kind: "ms", value: 0.5 * whole, amount: true } as const;
  const foretold = (await planFor({ method: "l1", keep: half }, elsewhere)).milliseconds;
  assert.ok(foretold.predicted <= 0.5 * whole && foretold.predicted > 0.45 * whole);
});

test.run();
