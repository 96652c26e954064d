/** The laws of budgets in milliseconds for methods that time layers, on devices that nothing was measured on. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../../src/errors.js";
import type { Graph } from "../../../src/graph/graph.js";
import { countNonZero, filterNumbers, inferShapes, nodeMacs } from "../../../src/ops/walk.js";
import { applyEdits } from "../../../src/prune/edits/index.js";
import { timeLayers } from "../../../src/prune/latency/layer-times.js";
import { METHODS } from "../../../src/prune/methods/index.js";
import { formatPlan, parsePlan } from "../../../src/prune/plan.js";
import { applyPlan, makePlan, planMeasured, type PruneRequest } from "../../../src/prune/prune.js";
import type { Runner } from "../../../src/prune/runner.js";
import { findUnits } from "../../../src/prune/units.js";
import { ARCHITECTURES } from "../architectures.js";
import { fails } from "../expect-error.js";
import { noisePictures, runner as plain } from "../laws.js";

const test = suite("prune/latency/layers");

/** All methods that change layers otherwise than in width. */
const TIMING = METHODS.filter(({ budgets, removes }) => budgets.includes("ms") && removes !== "channels");

/** Milliseconds of a graph. */
type Clock = (graph: Graph) => number;

/** In proportion to multiply-adds, which zeros have none of, and to the number of layers. */
const byWork: Clock = (graph) => {
  const [shapes, numbers] = [inferShapes(graph), filterNumbers(graph)];
  return graph.nodes.reduce((sum, node) => sum + 1e-4 + 1e-5 * nodeMacs(node, shapes, numbers), 0);
};

/** Kernels that gain by zeros only where two thirds of a filter are zero. */
const likeWinograd: Clock = (graph) => {
  const shapes = inferShapes(graph);
  return graph.nodes.reduce((sum, node) => {
    const filter = graph.constants.get(node.inputs[1] ?? "");
    const whole = nodeMacs(node, shapes, () => undefined);
    const density = filter ? countNonZero(filter) / filter.data.length : 1;
    return sum + 1e-4 + 1e-5 * whole * Math.min(1, 3 * density);
  }, 0);
};

/** A device on which networks that are not dense take so much longer than their layers say. */
function device(clock: Clock, factor = 1) {
  const races: (readonly Graph[])[] = [];
  const runner: Runner = {
    ...plain,
    async race(graphs) {
      races.push(graphs);
      return graphs.map((graph, i) => clock(graph) * (i > 0 && graph.nodes.length > 1 ? factor : 1));
    },
  };
  return { runner, races };
}

/** What each can reach: the pattern of n:m leaves half, few branches have a sampler. */
const SHARE: Readonly<Record<string, number>> = { "n:m": 0.9, sampler: 0.95 };
/** Of the allowance that must be used; whole layers come in large steps. */
const USED: Readonly<Record<string, number>> = { "n:m": 0.5, sampler: 0.9, perforate: 0.85 };
const requestFor = (method: string): PruneRequest => ({ method, keep: { kind: "ms", value: SHARE[method] ?? 0.7 } });

for (const name of ["resnet", "shared weights"]) {
  const graph = ARCHITECTURES[name]!();
  const map = findUnits(graph);
  for (const { name: method, needs } of TIMING) {
    // One network is enough for what takes its time.
    if (name !== "resnet" && (method === "sampler" || needs.includes("samples"))) continue;
    test(`${name}, ${method}: met, used, equal to masked, replayed, whatever the device takes besides`, async () => {
      const factor = 1.08;
      const { runner } = device(byWork, factor);
      const request = requestFor(method);
      const pictures = needs.includes("samples") ? noisePictures(graph) : {};
      const { plan, milliseconds } = await planMeasured(map, request, runner, pictures);
      const { before, after, error, rounds } = milliseconds!;
      assert.is(before, byWork(graph));
      const allowed = request.keep!.value * before;
      assert.ok(after! <= 1.02 * allowed, `${after} of ${allowed}`);
      assert.ok(after! >= (USED[method] ?? 0.92) * allowed, `${after} of ${allowed}`);
      assert.ok(rounds <= 4 && Math.abs(error!) < 0.12, `foretold wrong by ${error}`);
      assert.ok(plan.edits!.length > 0);
      assert.ok(Math.abs(factor * byWork(applyEdits(plan.edits!, graph)) - after!) < 1e-9);
      assert.equal(parsePlan(formatPlan(plan), "plan.json"), plan);
      assert.ok((await applyPlan(map, plan, runner)).equality.maxRelative <= 1e-4);
      assert.equal(await makePlan(findUnits(graph), request, runner, pictures), plan);
    });
  }
}

test("layers that gain nothing stay whole", async () => {
  const graph = ARCHITECTURES["vgg"]!();
  const map = findUnits(graph);
  for (const method of ["magnitude", "vector", "kernel", "strided", "rows"]) {
    const { runner } = device(likeWinograd);
    const plan = await makePlan(map, { method, keep: { kind: "ms", value: 0.75 } }, runner, noisePictures(graph));
    for (const edit of plan.edits!) {
      const alone = applyEdits([edit], graph);
      assert.ok(likeWinograd(alone) < likeWinograd(graph), `${method}: ${edit.node} gains nothing`);
    }
    assert.ok(plan.edits!.length > 0);
  }
});

test("pictures are looked at before and after, however often is decided", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const map = findUnits(graph);
  const looks = async (method: string, factor: number) => {
    const { samples } = noisePictures(graph);
    let count = 0;
    const counting = () => ({ ...samples!(), get: (i: number) => (count++, samples!().get(i)) });
    const { runner } = device(byWork, factor);
    const { milliseconds } = await planMeasured(map, requestFor(method), runner, { samples: counting });
    return { count, rounds: milliseconds!.rounds };
  };
  for (const method of ["low-rank", "rows"]) {
    const [once, often] = [await looks(method, 1), await looks(method, 1.08)];
    assert.ok(once.rounds === 1 && often.rounds > 1, `${once.rounds}, ${often.rounds}`);
    assert.ok(often.count <= 1.2 * once.count, `${often.count} looks for ${once.count}`);
  }
});

test("layers that run alike are timed once, slow networks at fewer shares, and shared filters count as often", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const shapes = inferShapes(graph);
  const convolutions = graph.nodes.filter(({ op }) => op === "conv");
  const asked: number[] = [];
  const sites = convolutions.map((node) => ({
    node,
    count: 2,
    variants: (shares: readonly number[]) => (asked.push(shares.length), []),
  }));
  const { runner, races } = device(byWork);
  const times = await timeLayers({ graph, shapes, runner }, sites);
  assert.is(times.wholeMs, byWork(graph));
  assert.is(races.length, 2, "a look at the network, and one race of all");
  const [network, ...timed] = races[1]!;
  assert.is(network, graph);
  const works = new Set(convolutions.map((node) => nodeMacs(node, shapes, () => undefined)));
  assert.ok(timed.length < sites.length);
  assert.is(new Set(timed.map(byWork)).size, works.size);
  times.layers.forEach(({ wholeMs, at }, i) => {
    const alone = 1e-4 + 1e-5 * nodeMacs(convolutions[i]!, shapes, () => undefined);
    assert.ok(Math.abs(wholeMs - 2 * alone) < 1e-12 && at(0.1) === wholeMs);
  });
  const [many] = asked.splice(0);
  const slow = device((one) => 1e6 * byWork(one));
  await timeLayers({ graph, shapes, runner: slow.runner }, sites);
  assert.ok(asked[0]! < many!);
});

test("on another device, or where too much is asked for", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  for (const { name: method, needs } of TIMING) {
    const pictures = needs.includes("samples") ? noisePictures(map.graph, 2) : {};
    const refused = (value: number, runner: Runner, message: RegExp) =>
      fails(() => makePlan(map, { method, keep: { kind: "ms", value } }, runner, pictures), RequestError, message);
    await refused(0.5, plain, /^--keep: layers can be timed only on the device at hand; another one's latency table/);
    await refused(1e-6, device(byWork).runner, /the budget allows .*ms, but .*; ask for [\d.]+ms or more/);
    await refused(0.5, device(() => 1).runner, /ask for 1\.00ms or more/);
  }
});

test.run();
