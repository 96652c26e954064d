/** Convolutions whose filters are stored sparsely, against the plain loops over the same filters with their zeros. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { uniform } from "../../src/random.js";
import { load } from "../../src/runtime/index.js";
import { convSparse } from "../../src/runtime/kernels/conv-sparse.js";
import { BUILD, complaint, drawInputs, none, preferring, runFile } from "./oracle.js";

const sparse = suite("ops/conv, sparse filters");

interface SparseCase {
  readonly ic?: number;
  readonly oc?: number;
  readonly h?: number;
  readonly w?: number;
  readonly kernel?: number;
  readonly pad?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly zeros?: number;
  /** Neighbouring outputs with zeros in the same places. */
  readonly block?: number;
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
  block = 1,
  n = 1,
  joined = false,
  ...options
}: SparseCase): Graph {
  const b = new GraphBuilder(1);
  const x = b.conv("conv", b.input("x", [n, ic, h, w]), oc, kernel, { ...options, bias: true });
  const y = joined ? b.relu("relu", b.node("sum", "add", {}, [x, b.input("z", b.shapeOf(x))])) : x;
  const graph = b.build(`${oc} of ${ic} x ${kernel}x${kernel} ${JSON.stringify({ ...options, block })} on ${h}x${w}`, [
    y,
  ]);
  const { shape, data } = graph.constants.get("conv.weight")!;
  const columns = data.length / shape[0]!;
  const next = uniform(9);
  for (let row = 0; row < oc; row += block) {
    for (let column = 0; column < columns; column++) {
      if (next() >= zeros) continue;
      for (let r = row; r < Math.min(row + block, oc); r++) data[r * columns + column] = 0;
    }
  }
  return graph;
}

/** Every case computed by the sparse kernel, whatever it costs. */
async function checkSparse(cases: readonly SparseCase[]): Promise<void> {
  const complaints: string[] = [];
  for (const one of cases) {
    const graph = conv(one);
    const { result, kernels } = await preferring(convSparse, async () => ({
      result: await complaint(graph),
      kernels: (await runFile(compile(graph), drawInputs(graph))).kernels,
    }));
    if (result) complaints.push(result);
    // With few zeros the file may store all numbers.
    if (kernels[0] !== convSparse.name && (one.zeros ?? 1) > 0.4)
      complaints.push(`${graph.name}: ran on ${kernels[0]}`);
  }
  none(complaints);
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
  "strides, with and without dilation": [
    ...[2, 3].flatMap((stride) => [1, 4, 7, 8, 9, 16, 17].map((w) => ({ kernel: 3, stride, h: 9, w }))),
    { kernel: 1, stride: 2, h: 9, w: 9 },
    { kernel: 1, stride: 3, h: 8, w: 8, joined: true },
    { kernel: 1, stride: 2, pad: 1, h: 5, w: 6 },
    { kernel: 7, stride: 2, h: 15, w: 14, n: 2 },
    { kernel: 3, stride: 2, dilation: 2, h: 11, w: 12 },
    { kernel: 3, stride: 4, pad: 0, h: 13, w: 14 },
    { kernel: 2, stride: 3, dilation: 3, pad: 0, h: 12, w: 11 },
    { ic: 6, oc: 6, groups: 6, kernel: 3, stride: 2, h: 9, w: 9 },
  ],
  "rows of whole strips": [1, 2, 4].flatMap((block) =>
    [
      { kernel: 3, w: 28, h: 4 },
      { kernel: 3, w: 112, h: 3, joined: true },
      { kernel: 3, stride: 2, w: 56, h: 5 },
      { kernel: 3, stride: 2, w: 63, h: 6, n: 2 },
      { kernel: 5, dilation: 2, w: 32, h: 9 },
      { kernel: 3, stride: 3, dilation: 2, w: 84, h: 7 },
      { kernel: 1, stride: 2, w: 32, h: 3, joined: true },
    ].map((one) => ({ ...one, block, oc: 9, zeros: 0.7 })),
  ),
  "windows that see nothing but padding": [
    { kernel: 1, pad: 3, h: 2, w: 2 },
    { kernel: 3, pad: 5, h: 2, w: 3 },
    { kernel: 3, pad: 4, stride: 3, h: 3, w: 2 },
  ],
  "outputs that are stored together": [2, 3, 4, 5, 6, 11].flatMap((block) => [
    ...[1, 7, 8, 9, 15, 16, 17, 33].map((w) => ({ oc: 11, block, h: 1, w, joined: w % 2 === 0, zeros: 0.6 })),
    { oc: 11, block, kernel: 3, h: 7, w: 7, zeros: 0.6 },
    { oc: 12, ic: 6, block, groups: 2, kernel: 3, stride: 2, h: 7, w: 9, zeros: 0.6 },
    { oc: 15, ic: 6, block, groups: 3, h: 5, w: 5, n: 2, zeros: 0.6, joined: true },
  ]),
  "planes that are read often, and packed": [1, 2, 4].flatMap((block) =>
    [1, 8, 27, 28, 30, 49, 59].map((w) => ({ ic: 3, oc: 36, block, h: 1, w, zeros: 0.5, joined: w % 2 === 0 })),
  ),
  "nothing left, and nearly everything": [{ zeros: 1 }, { zeros: 1, kernel: 3 }, { zeros: 0.2, kernel: 3 }],
};

for (const [what, cases] of Object.entries(CASES)) sparse(what, () => checkSparse(cases));

sparse("any number of threads gives the same bits", async () => {
  for (const part of [
    { ic: 20, oc: 17, h: 19, w: 23, kernel: 3 },
    { ic: 20, oc: 17, h: 5, w: 5, kernel: 3, block: 4, joined: true },
    { ic: 5, oc: 64, h: 14, w: 13, block: 2, zeros: 0.5 },
  ]) {
    const bytes = compile(conv(part));
    const inputs = Object.fromEntries([...drawInputs(conv(part))].map(([name, { data }]) => [name, data]));
    const results = [];
    for (const count of [1, 2, 3]) {
      const session = await load(bytes, { build: BUILD, threads: { count } });
      assert.is(session.layers[0]!.kernel, "conv_sparse_f32");
      results.push([...Object.values(session.run(inputs))[0]!]);
      session.dispose();
    }
    assert.equal(results[1], results[0]);
    assert.equal(results[2], results[0]);
  }
});

sparse("a filter with few zeros runs dense; strides and groups do not matter", async () => {
  const picked = async (given: SparseCase) => {
    const graph = conv(given);
    return (await runFile(compile(graph), drawInputs(graph))).kernels[0];
  };
  const large = { ic: 64, oc: 64, h: 28, w: 28, kernel: 3 };
  assert.is(await picked({ ...large, zeros: 0.3 }), "conv_winograd_4x4_f32_6x8");
  assert.is(await picked({ ...large, zeros: 0.9 }), "conv_sparse_f32");
  assert.is(await picked({ ...large, zeros: 0.8, stride: 2 }), "conv_sparse_f32");
  assert.is(await picked({ ...large, zeros: 0.08, stride: 2 }), "conv_f32_6x8");
  assert.is(await picked({ ...large, zeros: 0.8, groups: 4 }), "conv_sparse_f32");
});

sparse.run();
