/** Least squares behind every kind of edit: what the edit took stays away, and what is left fits as well as it can. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph, Node, Shape, Tensor } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { isOp, opOf } from "../../../src/ops/index.js";
import { evaluateGraph } from "../../../src/ops/walk.js";
import { foldBatchNorm } from "../../../src/passes/fold-batch-norm.js";
import type { Applied } from "../../../src/prune/apply.js";
import { EDITS } from "../../../src/prune/edits/index.js";
import { applyPlan, makePlan, type PruneRequest } from "../../../src/prune/prune.js";
import { recoverLeastSquares } from "../../../src/prune/recover/least-squares.js";
import type { Samples } from "../../../src/prune/segments.js";
import { findUnits } from "../../../src/prune/units.js";
import { ARCHITECTURES } from "../architectures.js";
import { moments, runner, samplesFor } from "../recovery.js";

const test = suite("prune/recover/edits");

/** For each kind of edit a method that makes it, and a network in which layers meet that it applies to. */
const MAKERS: readonly (readonly [kind: string, network: string, request: PruneRequest])[] = [
  ["mask", "vgg", { method: "magnitude", keep: { kind: "weights", value: 0.4 } }],
  ["weights", "vgg", { method: "rows", keep: { kind: "macs", value: 0.6 } }],
  ["merge", "vgg", { method: "surgery", keep: { kind: "channels", value: 0.6 } }],
  ["positions", "vgg", { method: "perforate", keep: { kind: "macs", value: 0.6 } }],
  ["positions", "vgg", { method: "perforate", keep: { kind: "macs", value: 0.6 }, options: { mask: "grid" } }],
  ["reads", "resnet without batch norm", { method: "sampler", keep: { kind: "macs", value: 0.8 } }],
  ["factor", "vgg", { method: "low-rank", keep: { kind: "macs", value: 0.6 } }],
];

const nodeOf = (graph: Graph, name: string) => graph.nodes.find((node) => node.name === name)!;

type Values = readonly ReadonlyMap<string, Tensor>[];

const valuesOf = (graph: Graph, samples: Samples): Values =>
  Array.from({ length: samples.count }, (_, i) => {
    const [{ name, shape }] = graph.inputs as [Graph["inputs"][number]];
    return evaluateGraph(graph, new Map([[name, { shape, data: samples.get(i) }]]));
  });

function missed(expected: Values, actual: Values, output: string): number {
  let sum = 0;
  expected.forEach((sample, s) =>
    sample.get(output)!.data.forEach((v, i) => (sum += (v - actual[s]!.get(output)!.data[i]!) ** 2)),
  );
  return sum;
}

/** Whether an element of what a layer gives counts: of pixels that were chosen one by one those that are computed. */
function countsIn(node: Node, [, , height, width]: Shape): (element: number) => boolean {
  const pixels =
    isOp(node, "conv") && node.attrs.positions && "pixels" in node.attrs.positions && node.attrs.positions.pixels;
  if (!pixels) return () => true;
  const computed = new Set(pixels);
  return (element) => computed.has(element % (height! * width!));
}

/**
 * How much a layer's squared error over all samples and pixels that count changes with each of some weights that are not 0: by the operator's own
 * meaning, which is linear in them. `filter` are the weights at which it is asked.
 */
function slopes(
  node: Node,
  inputs: readonly Tensor[],
  targets: readonly Tensor[],
  filter: Tensor,
  bias: Tensor,
): number[] {
  const given = (weights: Tensor) => inputs.map((x) => opOf(node).evaluate(node.attrs, [x, weights, bias])[0]!);
  const before = given(filter);
  const counts = countsIn(node, before[0]!.shape);
  const places = [...filter.data.keys()].filter((i) => filter.data[i] !== 0 && i % 7 === 0).slice(0, 5);
  return places.map((place) => {
    const data = filter.data.map((v, i) => (i === place ? v + 1 : v));
    let slope = 0;
    given({ ...filter, data }).forEach((y, s) =>
      y.data.forEach((v, i) => {
        if (counts(i)) slope += (v - before[s]!.data[i]!) * (before[s]!.data[i]! - targets[s]!.data[i]!);
      }),
    );
    return slope;
  });
}

const constantsOf = (graph: Graph, { inputs }: Node) => inputs.slice(1).map((name) => graph.constants.get(name)!);

// What is fitted around blocks that are gone: blocks.test.ts.
test("every kind of edit that is made before cuts", () => {
  const kinds = EDITS.filter(({ afterCuts }) => !afterCuts).map(({ kind }) => kind);
  assert.equal([...new Set(MAKERS.map(([kind]) => kind))].sort(), [...kinds].sort());
});

for (const [kind, network, request] of MAKERS) {
  const what = [kind, request.method, ...Object.values(request.options ?? {})].join(" ");
  test(`${what}: fitted as well as it can be, and nothing comes back`, async () => {
    const dense = foldBatchNorm(ARCHITECTURES[network]!());
    const map = findUnits(dense);
    const samples = samplesFor(dense, 16);
    const plan = await makePlan(map, request, runner, { samples: () => samplesFor(dense, 6) });
    assert.ok(plan.edits!.some((edit) => edit.kind === kind));
    const cut: Applied = await applyPlan(map, plan, runner);
    const options = { runner, moments, positions: 64, ridge: 1e-9 };
    const { graph, layers, notes } = await recoverLeastSquares(dense, cut, samples, options);
    verifyGraph(graph);
    const form = ({ nodes }: Graph) => nodes.map(({ name, op, attrs, outputs }) => ({ name, op, attrs, outputs }));
    assert.equal(form(graph), form(cut.graph));
    const [expected, broken, actual] = [dense, cut.graph, graph].map((of) => valuesOf(of, samples));
    const [output] = dense.outputs as [string];
    assert.ok(missed(expected!, actual!, output) < missed(expected!, broken!, output));
    const fitted = new Set(layers.map(({ name }) => name));
    for (const node of graph.nodes) {
      const [[before], [after, bias]] = [
        constantsOf(cut.graph, nodeOf(cut.graph, node.name)),
        constantsOf(graph, node),
      ];
      if (!fitted.has(node.name)) {
        assert.equal(after?.data, before?.data, node.name);
        continue;
      }
      assert.equal(
        after!.data.map((v) => Number(v !== 0)),
        before!.data.map((v) => Number(v !== 0)),
        `${node.name}: zeros`,
      );
      // A residual sum makes the last layer of a branch fit something else than its own output, too.
      if (node.name.endsWith("conv2") || cut.kept.get(node.outputs[0]!)!.some((mask) => mask?.includes(0))) continue;
      const inputs = actual!.map((sample) => sample.get(node.inputs[0]!)!);
      const targets = expected!.map((sample) => sample.get(nodeOf(dense, node.name).outputs[0]!)!);
      const [best, start] = [after!, before!].map((filter) => slopes(node, inputs, targets, filter, bias!));
      const steepest = (of: number[]) => Math.max(...of.map(Math.abs));
      // Of the first layer, whose input is the network's, what it computes of a perforated output may be right already.
      const rounding = dense.inputs.some(({ name }) => name === node.inputs[0]) ? 1e-3 : 1e-4;
      assert.ok(
        steepest(best!) < 1e-2 * steepest(start!) + rounding,
        `${node.name}: ${steepest(best!)} of ${steepest(start!)}`,
      );
    }
    for (const { node } of plan.edits!) assert.ok(fitted.has(node), node);
    const factors = notes.filter((note) => /not in the dense network, so nothing says/.test(note));
    assert.is(factors.length, kind === "factor" ? 1 : 0);
  });
}

test("layers without a counterpart are named, three of them and how many more", async () => {
  const dense = foldBatchNorm(ARCHITECTURES["resnet"]!());
  const map = findUnits(dense);
  const request = { method: "low-rank", keep: { kind: "macs", value: 0.5 } } as const;
  const cut = await applyPlan(map, await makePlan(map, request, runner), runner);
  const { notes } = await recoverLeastSquares(dense, cut, samplesFor(dense, 30), { runner, moments });
  assert.match(notes[0]!, /^\S+\.1, \S+\.1, \S+\.1 and \d+ more: not in the dense network, so nothing says/);
});

test.run();
