/** Convolutions whose filters are stored sparsely, against the plain loops over the same filters with their zeros. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { uniform } from "../../src/random.js";
import { load } from "../../src/runtime/index.js";
import { BUILD, checkAll, drawInputs, runFile } from "./oracle.js";

const sparse = suite("ops/conv, sparse filters");

interface SparseCase {
  readonly ic?: number;
  readonly oc?: number;
  readonly h?: number;
  readonly w?: number;
  readonly kernel?: number;
  readonly pad?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly zeros?: number;
  readonly n?: number;
  /** A sum with another value and a clamp behind, which are computed along. */
  readonly joined?: boolean;
}

function conv({
  ic = 4,
  oc = 5,
  h = 6,
  w = 7,
  kernel = 1,
  zeros = 0.9,
  n = 1,
  joined = false,
  ...options
}: SparseCase): Graph {
  const b = new GraphBuilder(1);
  const x = b.conv("conv", b.input("x", [n, ic, h, w]), oc, kernel, { ...options, bias: true });
  const y = joined ? b.relu("relu", b.node("sum", "add", {}, [x, b.input("z", b.shapeOf(x))])) : x;
  const graph = b.build(`${oc} of ${ic} x ${kernel}x${kernel} ${JSON.stringify(options)} on ${h}x${w}`, [y]);
  const next = uniform(9);
  const { data } = graph.constants.get("conv.weight")!;
  data.forEach((_, i) => {
    if (next() < zeros) data[i] = 0;
  });
  return graph;
}

const PIXELS = [1, 3, 4, 7, 15, 16, 17, 27, 28, 29, 44, 45, 56, 57];

const CASES: Readonly<Record<string, readonly SparseCase[]>> = {
  "pixels around the strips": PIXELS.flatMap((w) => [
    { h: 1, w },
    { h: w, w: 1, joined: true },
  ]),
  "rows wider than the output": [3, 5, 7, 8, 14, 26, 28].flatMap((w) => [
    { kernel: 3, h: 5, w },
    { kernel: 3, h: 4, w, joined: true },
    { kernel: 3, pad: 0, h: 6, w },
  ]),
  "windows and dilations": [
    { kernel: 5, h: 9, w: 8 },
    { kernel: 3, dilation: 2, h: 9, w: 8 },
    { kernel: 2, pad: 0 },
    { kernel: 7, h: 11, w: 10 },
    { kernel: 1, pad: 1 },
  ],
  "groups and images": [
    { ic: 6, oc: 9, groups: 3, kernel: 3 },
    { ic: 8, oc: 8, groups: 2 },
    { ic: 6, oc: 4, n: 3, kernel: 3, joined: true },
    { ic: 64, oc: 33, h: 9, w: 9 },
  ],
  "nothing left, and nearly everything": [{ zeros: 1 }, { zeros: 1, kernel: 3 }, { zeros: 0.2, kernel: 3 }],
};

for (const [what, cases] of Object.entries(CASES)) sparse(what, () => checkAll(cases.map(conv)));

sparse("any number of threads gives the same bits", async () => {
  const bytes = compile(conv({ ic: 20, oc: 17, h: 19, w: 23, kernel: 3 }));
  const x = drawInputs(conv({ ic: 20, oc: 17, h: 19, w: 23, kernel: 3 })).get("x")!.data;
  const results = [];
  for (const count of [1, 2, 3]) {
    const session = await load(bytes, { build: BUILD, threads: { count } });
    assert.is(session.layers[0]!.kernel, "conv_sparse_f32");
    results.push([...session.run({ x })["conv"]!]);
    session.dispose();
  }
  assert.equal(results[1], results[0]);
  assert.equal(results[2], results[0]);
});

sparse("a filter with few zeros, or a stride, runs dense", async () => {
  const picked = async (graph: Graph) => (await runFile(compile(graph), drawInputs(graph))).kernels;
  assert.equal(await picked(conv({ ic: 64, oc: 64, h: 28, w: 28, kernel: 3, zeros: 0.3 })), [
    "conv_winograd_4x4_f32_6x8",
  ]);
  const b = new GraphBuilder(1);
  const strided = b.build("strided", [b.conv("conv", b.input("x", [1, 4, 8, 8]), 6, 3, { stride: 2 })]);
  strided.constants.get("conv.weight")!.data.fill(0, 10);
  assert.equal(await picked(strided), ["conv_f32_6x8"]);
});

sparse.run();
