/** Channels that are moved, split, repeated and turned into pixels: what is cut equals what is masked. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { importOnnx } from "../../src/onnx/import.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { openMoments } from "../../src/linalg/moments.js";
import { recoverStatistics, withRoomForRecovery } from "../../src/prune/recover/statistics.js";
import { prune, type PruneResult } from "../../src/prune/prune.js";
import { buildModel, floats, ints, node } from "../onnx/model-builder.js";
import { noise } from "../onnx/sample-graphs.js";
import { BUILD } from "../ops/oracle.js";

const test = suite("prune/moved-channels");

type Build = (b: GraphBuilder, x: string) => string;

/** A convolution, what is done to its channels, and a convolution that reads them. */
function between(build: Build, oc = 8): Graph {
  const b = new GraphBuilder(5);
  const moved = build(b, b.relu("r", b.conv("before", b.input("x", [1, 3, 6, 6]), oc, 3, { bias: true })));
  return b.build("test", [b.conv("after", moved, 2, 3)]);
}

/** A convolution, ONNX nodes from "c" to "m", and a convolution that reads that. */
function imported(oc: number, ic: number, nodes: readonly ReturnType<typeof node>[], lists: Record<string, number[]>) {
  const w = (name: string, shape: readonly number[], seed: number) => floats(name, shape, [...noise(shape, seed).data]);
  return importOnnx(
    buildModel({
      inputs: { x: [1, 3, 6, 6] },
      nodes: [node("Conv", "x f1", "c"), ...nodes, node("Conv", "m f2", "y")],
      initializers: [
        w("f1", [oc, 3, 3, 3], 1),
        w("f2", [2, ic, 1, 1], 2),
        ...Object.entries(lists).map(([name, values]) => ints(name, values)),
      ],
    }),
  ).graph;
}

/** Keeps this share of all units; the equality check is part of it. */
const halve = (graph: Graph, keep = 0.5): Promise<PruneResult> =>
  prune(graph, { method: "l1", keep: { kind: "channels", value: keep } }, runtimeRunner({ build: BUILD }));

const widths = ({ units }: PruneResult) =>
  units.filter(({ frozen }) => !frozen).map(({ before, after }) => [before, after]);

const taken = (b: GraphBuilder, name: string, x: string, start: number, end: number) =>
  b.node(name, "slice", { axes: [1], starts: [start], ends: [end], steps: [1] }, [x]);

test("a permutation of channels: each goes by itself", async () => {
  const result = await halve(
    between((b, x) => b.node("g", "gather", { axis: 1, indices: [7, 2, 4, 6, 1, 3, 5, 0] }, [x])),
  );
  assert.equal(widths(result), [[8, 4]]);
});

test("channels that are repeated go everywhere at once", async () => {
  const result = await halve(
    between((b, x) => b.node("g", "gather", { axis: 1, indices: [0, 1, 2, 3, 0, 1, 2, 3] }, [x]), 4),
  );
  assert.equal(widths(result), [[4, 2]]);
});

test("cat([x, x]), and slices that overlap", async () => {
  assert.equal(widths(await halve(between((b, x) => b.node("m", "concat", { axis: 1 }, [x, x])))), [[8, 4]]);
  const overlapping = between((b, x) =>
    b.node("m", "concat", { axis: 1 }, [taken(b, "s", x, 0, 6), taken(b, "t", x, 3, 8)]),
  );
  const result = await halve(overlapping);
  assert.equal(
    widths(result).reduce((sum, [before]) => sum + before!, 0),
    8,
  );
});

test("a block that splits, convolves one part and joins all", async () => {
  const result = await halve(
    between((b, x) => {
      const part = taken(b, "t", x, 4, 8);
      return b.node("m", "concat", { axis: 1 }, [taken(b, "s", x, 0, 4), part, b.conv("inner", part, 4, 3)]);
    }),
  );
  assert.ok(result.macs.after < 0.7 * result.macs.before);
});

test("channel shuffle as exporters write it is a gather, and survives the export", async () => {
  const nodes = [
    node("Reshape", "c s1", "a"),
    node("Transpose", "a", "b", { perm: [0, 2, 1, 3, 4] }),
    node("Reshape", "b s2", "m"),
  ];
  const graph = imported(12, 12, nodes, { s1: [1, 3, 4, 4, 4], s2: [1, 12, 4, 4] });
  assert.equal(
    graph.nodes.map(({ op }) => op),
    ["conv", "gather", "conv"],
  );
  const result = await halve(graph);
  assert.equal(widths(result), [[12, 6]]);
  assert.equal(importOnnx(exportOnnx(result.graph)).graph.nodes[1]!.attrs, result.graph.nodes[1]!.attrs);
});

test("pixels from channels: the channels that stand for one go together", async () => {
  for (const mode of ["DCR", "CRD"]) {
    const d2s = [node("DepthToSpace", "c", "m", { blocksize: 2, mode })];
    assert.equal(widths(await halve(imported(24, 6, d2s, {}))), [[6, 3]], mode);
  }
});

test("channels from pixels, and every second row and column joined", async () => {
  const s2d = [node("SpaceToDepth", "c", "m", { blocksize: 2 })];
  assert.equal(widths(await halve(imported(6, 24, s2d, {}))), [[6, 3]]);
  const b = new GraphBuilder(5);
  const c = b.conv("c", b.input("x", [1, 3, 6, 6]), 4, 3);
  const corners = [0, 1].flatMap((i) =>
    [0, 1].map((j) => b.node(`s${i}${j}`, "slice", { axes: [2, 3], starts: [i, j], ends: [6, 6], steps: [2, 2] }, [c])),
  );
  const focus = b.build("focus", [b.conv("y", b.node("m", "concat", { axis: 1 }, corners), 2, 3)]);
  assert.equal(widths(await halve(focus)), [[4, 2]]);
});

test("channels taken with a step, tiled and split", async () => {
  const stepped = [node("Slice", "c starts ends axes steps", "m")];
  const step = { starts: [0], ends: [8], axes: [1], steps: [2] };
  assert.ok((await halve(imported(8, 4, stepped, step))).macs.after > 0);
  assert.equal(widths(await halve(imported(4, 8, [node("Tile", "c repeats", "m")], { repeats: [1, 2, 1, 1] }))), [
    [4, 2],
  ]);
  const parts = [node("Split", "c sizes", "p q r", { axis: 1 }), node("Concat", "r p q", "m", { axis: 1 })];
  assert.ok((await halve(imported(8, 8, parts, { sizes: [2, 3, 3] }))).macs.after > 0);
});

const PLAIN = { strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1], outputPadding: [1, 1] } as const;
const transposed = (b: GraphBuilder, x: string, oc: number, groups: number) =>
  b.node("up", "transposed-conv", { ...PLAIN, groups }, [
    x,
    b.weights("up.weight", [b.shapeOf(x)[1]!, oc / groups, 3, 3], 1),
    b.weights("up.bias", [oc], 1),
  ]);

test("transposed convolution consumes channels and makes new ones", async () => {
  assert.equal(widths(await halve(between((b, x) => transposed(b, x, 6, 1)))), [
    [8, 4],
    [6, 3],
  ]);
  assert.equal(widths(await halve(between((b, x) => transposed(b, x, 6, 2)))), [
    [4, 2],
    [3, 2],
  ]);
  assert.equal(widths(await halve(between((b, x) => transposed(b, x, 8, 8)))), [[8, 4]]);
  assert.equal(widths(await halve(between((b, x) => transposed(b, x, 16, 8)))), [[8, 4]]);
});

test("batch norm folds into a transposed convolution", async () => {
  const { simplify } = await import("../../src/passes/index.js");
  const { evaluateGraph } = await import("../../src/ops/walk.js");
  const { difference, drawInputs } = await import("../ops/oracle.js");
  for (const groups of [1, 2, 8]) {
    const graph = between((b, x) => b.batchNorm("n", transposed(b, x, 16, groups)));
    const folded = simplify(graph);
    assert.equal(
      folded.nodes.map(({ op }) => op),
      ["conv", "relu", "transposed-conv", "conv"],
    );
    const inputs = drawInputs(graph);
    const [want, got] = [evaluateGraph(graph, inputs), evaluateGraph(folded, inputs)];
    assert.is(difference(want.get("after")!.data, got.get("after")!.data, 1e-4), undefined);
  }
});

test("interpolation lets channels pass", async () => {
  const attrs = {
    mode: "cubic",
    coordinates: "asymmetric",
    nearest: "floor",
    cubic: -0.5,
    excludeOutside: false,
    antialias: false,
    outside: 0,
    axes: [2, 3],
    sizes: [12, 9],
    scales: [2, 1.5],
    starts: [],
    ends: [],
  } as const;
  assert.equal(widths(await halve(between((b, x) => b.node("up", "resample", attrs, [x])))), [[8, 4]]);
});

test("recovery by statistics corrects a transposed convolution", async () => {
  const runner = runtimeRunner({ build: BUILD });
  const dense = withRoomForRecovery(between((b, x) => b.relu("s", transposed(b, x, 6, 2))));
  const cut = await halve(dense);
  const samples = { count: 8, get: (i: number) => Float32Array.from(noise([1, 3, 6, 6], i + 1).data) };
  const moments = await openMoments();
  const { graph, kind, places } = await recoverStatistics(dense, cut, samples, { runner, moments });
  assert.equal([kind, places], ["affine", 2]);
  const filterOf = (of: Graph) => {
    const layer = of.nodes.find(({ op }) => op === "transposed-conv")!;
    return of.constants.get(layer.inputs[1]!)!;
  };
  assert.equal(filterOf(graph).shape, filterOf(cut.graph).shape);
  assert.not.equal([...filterOf(graph).data], [...filterOf(cut.graph).data]);
  assert.ok(filterOf(graph).data.every(Number.isFinite));
});

test.run();
