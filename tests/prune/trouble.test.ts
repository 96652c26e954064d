/** Numerical trouble is named and survived, by every method that looks at pictures. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { METHODS } from "../../src/prune/methods/index.js";
import { applyPlan, makePlan, type PruneRequest } from "../../src/prune/prune.js";
import { recoverLeastSquares } from "../../src/prune/recover/least-squares.js";
import { finiteSamples } from "../../src/prune/segments.js";
import { measureUnits } from "../../src/prune/unit-sensitivity.js";
import { findUnits } from "../../src/prune/units.js";
import { ARCHITECTURES } from "./architectures.js";
import { fails } from "./expect-error.js";
import { moments, runner, samplesFor } from "./recovery.js";

const test = suite("prune/trouble");

/** Options with which methods look at pictures that can do without. */
const LOOKING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  magnitude: { update: "obs" },
  strided: { select: "reconstruction" },
};

const REQUESTS = METHODS.filter(({ needs, uses = [] }) => [...needs, ...uses].includes("samples")).map(
  ({ name, budgets }): PruneRequest => ({
    method: name,
    keep: { kind: budgets.includes("macs") ? "macs" : budgets[0]!, value: 0.7 },
    options: LOOKING[name],
  }),
);

/** The second channel of each convolution with a bias never lives, the third one is constant. */
function withIdleChannels(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  for (const { op, inputs } of graph.nodes) {
    const [filter, bias] = inputs.slice(1).map((name) => constants.get(name));
    if (op !== "conv" || !filter || !bias || bias.data.length < 4) continue;
    const size = filter.data.length / bias.data.length;
    const isIdle = (channel: number) => channel === 1 || channel === 2;
    constants.set(inputs[1]!, { ...filter, data: filter.data.map((v, i) => (isIdle(Math.floor(i / size)) ? 0 : v)) });
    constants.set(inputs[2]!, { ...bias, data: bias.data.map((v, c) => (isIdle(c) ? 2 * c - 3 : v)) });
  }
  return { ...graph, constants };
}

for (const request of REQUESTS) {
  test(`${request.method}: channels that never change, and a single picture`, async () => {
    const dense = withIdleChannels(ARCHITECTURES["concat"]!());
    const map = findUnits(dense);
    const samples = samplesFor(dense, 1);
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    const plan = await makePlan(map, request, runner, { samples: () => samples, onNote });
    assert.ok(notes.every((note) => /^\S+: \d+ positions for \d+ weights an output are few; ridge/.test(note)));
    const fits = ["low-rank", "rows", "magnitude", "strided"].includes(request.method);
    assert.is(notes.length > 0, fits, notes.join());
    const cut = await applyPlan(map, plan, runner);
    const fitted = await recoverLeastSquares(dense, cut, samples, { runner, moments });
    for (const { constants } of [cut.graph, fitted.graph]) {
      for (const [name, { data }] of constants) assert.ok(data.every(Number.isFinite), name);
    }
    for (const { name, before, after } of fitted.layers) assert.ok(after <= before + 1e-6, name);
  });

  test(`${request.method}: pictures with numbers that are none`, async () => {
    const dense = ARCHITECTURES["concat"]!();
    const good = samplesFor(dense, 4);
    const samples = { count: 4, get: (i: number) => good.get(i).map((v, at) => (i === 2 && at === 5 ? NaN : v)) };
    await fails(
      () => makePlan(findUnits(dense), request, runner, { samples: () => samples }),
      DataError,
      /^picture 2: number 5 is NaN, which is not finite; look for NaN in the set$/,
    );
  });
}

test("channels chosen where they are read: too few pictures for that are told, too", async () => {
  const dense = ARCHITECTURES["concat"]!();
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const request = REQUESTS.find(({ method }) => method === "greedy")!;
  await makePlan(findUnits(dense), request, runner, { samples: () => samplesFor(dense, 1), onNote });
  assert.ok(notes.some((note) => /weights an output are few; ridge/.test(note)));
});

/** One weight of the second convolution is NaN. */
function spoilt(graph: Graph): { readonly graph: Graph; readonly layer: string } {
  const { name, inputs } = graph.nodes.filter(({ op }) => op === "conv")[1]!;
  const filter = graph.constants.get(inputs[1]!)!;
  const data = filter.data.map((v, i) => (i === 3 ? NaN : v));
  return {
    graph: { ...graph, constants: new Map([...graph.constants, [inputs[1]!, { ...filter, data }]]) },
    layer: name,
  };
}

test("a weight that is NaN is named, by every method and behind every plan", async () => {
  const dense = ARCHITECTURES["concat"]!();
  const { graph, layer } = spoilt(dense);
  const named = new RegExp(`^${layer}: number 3 of its constant ".+" is NaN`);
  const samples = () => samplesFor(dense, 2);
  for (const { name, budgets } of METHODS) {
    const keep = { kind: budgets[0]!, value: 0.7 };
    await fails(() => makePlan(findUnits(graph), { method: name, keep }, runner, { samples }), DataError, named);
  }
  const plan = await makePlan(findUnits(dense), { method: "l1", keep: { kind: "macs", value: 0.7 } }, runner);
  await fails(() => applyPlan(findUnits(graph), plan, runner), DataError, named);
  const request = { shares: [0.5], fitted: samples(), samples: samples(), runner };
  await fails(() => measureUnits(findUnits(graph), request), DataError, named);
});

test("pictures whose numbers are finite are handed on as they are, with their labels", () => {
  const samples = samplesFor(ARCHITECTURES["vgg"]!(), 2);
  const checked = finiteSamples({ ...samples, label: (i) => i + 3 });
  assert.is(checked.label!(1), 4);
  assert.is(checked.count, 2);
  assert.is(checked.get(1), samples.get(1));
});

test.run();
