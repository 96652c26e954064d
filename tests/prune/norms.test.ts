/** Channels through norms, reductions, signals and volumes: cut like the masked network, or kept for a reason. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { importOnnx } from "../../src/onnx/import.js";
import { parseBudget } from "../../src/prune/budget.js";
import { findUnits } from "../../src/prune/units.js";
import { prune } from "../../src/prune/prune.js";
import { buildModel, floats, node } from "../onnx/model-builder.js";

const test = suite("prune/norms");

/** A convolution with 8 filters, what `between` makes of it, and a dense layer or convolution that reads that. */
function network(between: (b: GraphBuilder, x: string) => string, last: "conv" | "gemm" = "conv"): Graph {
  const b = new GraphBuilder(3);
  const read = between(b, b.conv("first", b.input("x", [1, 3, 8, 8]), 8, 3));
  return b.build("network", [last === "conv" ? b.conv("last", read, 4, 1) : b.gemm("last", read, 4)]);
}

const parameters = (b: GraphBuilder, ...names: string[]) => names.map((name) => b.weights(name, [8], 1));
const epsilon = 1e-3;
const positive = (b: GraphBuilder, x: string) => b.node("p", "clip", { min: 0.5, max: 9 }, [x]);
const planes = { axes: [2, 3], keepDims: false };

const CUT: Readonly<Record<string, Graph>> = {
  "instance-norm": network((b, x) => b.node("n", "instance-norm", { epsilon }, [x, ...parameters(b, "s", "b")])),
  "layer-norm over rows": network((b, x) =>
    b.node("n", "layer-norm", { axis: 3, epsilon }, [x, ...parameters(b, "s")]),
  ),
  "rms-norm over rows": network((b, x) => b.node("n", "rms-norm", { axis: 3, epsilon }, [x])),
  "reduce-sum": network((b, x) => b.node("n", "reduce-sum", planes, [x]), "gemm"),
  "reduce-l2": network((b, x) => b.node("n", "reduce-l2", planes, [x]), "gemm"),
  "reduce-max": network((b, x) => b.node("n", "reduce-max", planes, [x]), "gemm"),
  "reduce-log-sum-exp": network((b, x) => b.node("n", "reduce-log-sum-exp", planes, [x]), "gemm"),
};

const KEPT: Readonly<Record<string, readonly [Graph, RegExp]>> = {
  "group-norm": [
    network((b, x) => b.node("n", "group-norm", { groups: 2, epsilon }, [x, ...parameters(b, "s", "b")])),
    /normalised together with the rest of its group/,
  ],
  "layer-norm over channels": [
    network((b, x) => b.node("n", "layer-norm", { axis: 1, epsilon }, [x])),
    /normalised together/,
  ],
  lrn: [
    network((b, x) => b.node("n", "lrn", { size: 3, alpha: 1, beta: 0.75, bias: 1 }, [x])),
    /normalised by the channels beside it/,
  ],
  "log-softmax": [
    network((b, x) => b.node("n", "log-softmax", { axis: 1 }, [x])),
    /log-softmax sums over all channels/,
  ],
  "arg-max": [
    network((b, x) => b.node("n", "arg-max", { axis: 1, keepDims: true, last: false }, [x])),
    /channels are told by their numbers/,
  ],
  "reduce-log-sum": [
    network((b, x) => b.node("n", "reduce-log-sum", planes, [positive(b, x)]), "gemm"),
    /the logarithm of a channel without weights is infinite/,
  ],
  "reduce-sum": [
    network((b, x) => b.node("n", "reduce-sum", { axes: [1], keepDims: true }, [x])),
    /summed over the channels/,
  ],
};

const halve = (graph: Graph) => prune(graph, { method: "l1", keep: parseBudget("channels=0.5") }, runtimeRunner());

for (const [what, graph] of Object.entries(CUT)) {
  test(`channels go through ${what}`, async () => {
    const { units } = await halve(graph);
    assert.is(units.find(({ name }) => name === "first")!.after, 4);
  });
}

for (const [what, [graph, reason]] of Object.entries(KEPT)) {
  test(`channels stay because of ${what}`, () => {
    const { width, frozen } = findUnits(graph).units.find(({ name }) => name === "first")!;
    assert.is(width, 8);
    assert.match(frozen!, reason);
  });
}

/** Two convolutions with a pool between them, over any number of spatial axes. */
function spatial(axes: number): Graph {
  const each = (n: number) => Array.from({ length: axes }, () => n);
  const next = (size: number) => Array.from({ length: size }, (_, i) => Math.sin(i + 1));
  const filter = (name: string, oc: number, ic: number) =>
    floats(name, [oc, ic, ...each(2)], next(oc * ic * 2 ** axes));
  const nodes = [
    node("Conv", "x f", "c", {}),
    node("Relu", "c", "r", {}),
    node("MaxPool", "r", "p", { kernel_shape: each(2), strides: each(2) }),
    node("Conv", "p g", "y", {}),
  ];
  const initializers = [filter("f", 8, 3), filter("g", 2, 8)];
  return importOnnx(buildModel({ opset: 13, inputs: { x: [1, 3, ...each(6)] }, nodes, initializers })).graph;
}

test("channels of signals go", async () => {
  const { units } = await halve(spatial(1));
  assert.equal(
    units.map(({ before, after }) => [before, after]),
    [
      [8, 4],
      [2, 2],
    ],
  );
});

test("channels of volumes go", async () => {
  const { units } = await halve(spatial(3));
  assert.equal(
    units.map(({ before, after }) => [before, after]),
    [
      [8, 4],
      [2, 2],
    ],
  );
});

test.run();
