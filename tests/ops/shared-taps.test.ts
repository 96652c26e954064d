/**
 * Convolutions whose output channels all read the same elements of their windows, with every kernel that fits, against the plain
 * loops over the same filters with their zeros.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { uniform } from "../../src/random.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { load } from "../../src/runtime/index.js";
import type { ConvLayer } from "../../src/runtime/kernels/convolution.js";
import { CONV_KERNELS } from "../../src/runtime/kernels/index.js";
import { sharedRows, wholeWindow } from "../../src/runtime/kernels/shared-taps.js";
import { convLayerOf } from "../../src/runtime/layers/sparse-convolution.js";
import { BUILD, complaint, drawInputs, KernelTrials, none, preferring, runFile } from "./oracle.js";

const shared = suite("ops/conv, taps that output channels share");

/** Whether a tap of an input channel is read. */
type Reads = (channel: number, row: number, column: number) => boolean;

interface Case {
  readonly reads: Reads;
  readonly ic?: number;
  readonly oc?: number;
  readonly h?: number;
  readonly w?: number;
  readonly kernel?: number;
  readonly pad?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly n?: number;
  /** A sum with another value and a clamp behind, which are computed along. */
  readonly joined?: boolean;
  /** Planes of a larger input are read, and written to every other one of a larger output. */
  readonly picked?: boolean;
}

function conv({ reads, ic = 4, oc = 5, h = 9, w = 10, kernel = 3, n = 1, ...rest }: Case): Graph {
  const { joined = false, picked = false, ...options } = rest;
  const b = new GraphBuilder(1);
  const indices = Array.from({ length: ic }, (_, i) => ic + 1 - i);
  const input = b.input("x", [n, picked ? ic + 2 : ic, h, w]);
  const planes = picked ? b.node("read", "gather", { axis: 1, indices }, [input]) : input;
  const out = b.conv("conv", planes, oc, kernel, { ...options, bias: true });
  const places = Array.from({ length: oc }, (_, i) => 2 * i);
  const x = picked ? b.node("written", "scatter", { axis: 1, indices: places, size: 2 * oc }, [out]) : out;
  const y = joined ? b.relu("relu", b.node("sum", "add", {}, [x, b.input("z", b.shapeOf(x))])) : x;
  const graph = b.build(`${oc} of ${ic} x ${kernel}x${kernel} ${JSON.stringify(options)} on ${n}x${h}x${w}`, [y]);
  const { shape, data } = graph.constants.get("conv.weight")!;
  const taps = kernel * kernel;
  data.forEach((_, i) => {
    const [channel, tap] = [Math.floor(i / taps) % shape[1]!, i % taps];
    if (!reads(channel, Math.floor(tap / kernel), tap % kernel)) data[i] = 0;
  });
  return graph;
}

/** Taps n + a m. */
const strided =
  (m: number, n = 0): Reads =>
  (_, row, column) =>
    row >= n && column >= n && (row - n) % m === 0 && (column - n) % m === 0;
/** Any taps of any channel. */
const free = (seed: number, share: number): Reads => {
  const next = uniform(seed);
  const drawn = Array.from({ length: 4000 }, () => next() < share);
  return (channel, row, column) => drawn[channel * 49 + row * 7 + column]!;
};
const both =
  (a: Reads, b: Reads): Reads =>
  (...place) =>
    a(...place) && b(...place);
const someChannels: Reads = (channel) => channel % 3 === 1;

const SIZES = [3, 7, 8, 14].flatMap((h) => [3, 7, 8, 13, 16].map((w) => ({ h, w })));

const CASES: Readonly<Record<string, readonly Case[]>> = {
  "strided 3x3, sizes around the tiles": SIZES.map((size) => ({ ...size, reads: strided(2) })),
  "strided 5x5": SIZES.flatMap((size) => [0, 1].map((n) => ({ ...size, kernel: 5, reads: strided(2, n) }))),
  "strided 7x7": SIZES.flatMap((size) => [0, 1].map((n) => ({ ...size, kernel: 7, reads: strided(2, n) }))),
  "other strides": [1, 2, 3, 4].flatMap((m) =>
    [0, 1, 2].flatMap((n) => [3, 5, 7].map((kernel) => ({ kernel, h: 17, w: 15, reads: strided(m, n) }))),
  ),
  "of some channels": [3, 5, 7].flatMap((kernel) => [
    { ic: 9, kernel, reads: both(someChannels, strided(2)) },
    { ic: 9, kernel, reads: someChannels },
    { ic: 18, oc: 6, n: 2, groups: 2, kernel, reads: both(someChannels, strided(2)) },
    { ic: 9, kernel, reads: (channel: number) => channel === 8 },
  ]),
  "free taps": [1, 2, 3].flatMap((seed) =>
    [1, 3, 5].map((kernel) => ({ ic: 11, kernel, reads: free(seed, 0.4), joined: seed === 2 })),
  ),
  "a stride of each channel's own": [
    { ic: 8, reads: (channel, row, column) => strided(2, channel % 2)(0, row, column) },
  ],
  "patterns of some channels": [
    { ic: 9, kernel: 5, joined: true, reads: (channel, row, column) => strided(2, channel % 2)(0, row, column) },
    { ic: 9, kernel: 5, n: 2, reads: (channel, row, column) => strided(1 + (channel % 3))(0, row, column) },
    { ic: 12, oc: 6, groups: 2, kernel: 7, reads: (channel, row, column) => strided(2, channel % 2)(0, row, column) },
    { ic: 9, kernel: 5, reads: (channel, row, column) => channel % 3 < 2 && strided(2, channel % 3)(0, row, column) },
  ],
  "planes that are picked": [
    strided(2),
    free(6, 0.4),
    ((c, row, column) => strided(2, c % 2)(c, row, column)) as Reads,
  ].flatMap((reads) => [true, false].map((joined) => ({ ic: 9, kernel: 5, n: 2, picked: true, joined, reads }))),
  "strides and dilations of the convolution": [1, 2, 3].flatMap((stride) =>
    [1, 2, 3].flatMap((dilation) =>
      [strided(2), free(5, 0.4)].map((reads) => ({ kernel: 5, stride, dilation, h: 19, w: 18, reads })),
    ),
  ),
  "groups, images, sums": [
    { n: 3, joined: true, reads: strided(2) },
    { n: 2, ic: 8, oc: 12, groups: 4, joined: true, reads: strided(2) },
    { n: 2, ic: 8, oc: 12, groups: 4, joined: true, reads: free(7, 0.5) },
    { ic: 6, oc: 6, groups: 6, reads: strided(2) },
  ],
  "without padding": [0, 1].flatMap((n) => [3, 5, 7].map((kernel) => ({ kernel, pad: 0, reads: strided(2, n) }))),
  "so many that they pass in several blocks": [
    { ic: 80, oc: 13, h: 30, w: 33, kernel: 5, reads: strided(2) },
    { ic: 130, oc: 9, h: 21, w: 22, reads: free(4, 0.6) },
    { ic: 200, oc: 9, h: 21, w: 22, reads: strided(2) },
  ],
};

const OC = [1, 2, 3, 4, 5, 6, 7, 12, 13].map((oc) => ({ oc, kernel: 5, reads: strided(2), joined: true }));

async function layerOf(graph: Graph): Promise<ConvLayer> {
  for (const { op } of (await decodeFile(compile(graph))).layers) {
    if (op.type !== "convolution") continue;
    const [n, , h, w] = graph.inputs[0]!.shape;
    return convLayerOf(op, [n!, op.filter.shape[1]! * op.groups, h!, w!]);
  }
  throw new Error("expected a convolution");
}

/** Every kernel that fits, each once. */
async function complaints(graph: Graph, used: Set<string>): Promise<string[]> {
  const layer = await layerOf(graph);
  const trials = new KernelTrials(graph);
  const found: string[] = [];
  for (const kernel of CONV_KERNELS.filter((kernel) => kernel.fits(layer))) {
    const complained = await trials.complaint(kernel);
    if (complained) found.push(complained);
    used.add(kernel.name);
  }
  const raised = await complaint(graph);
  return raised ? [...found, raised] : found;
}

for (const [what, cases] of Object.entries({ ...CASES, "output channels around the tiles": OC })) {
  shared(`${what}, with every kernel that fits`, async () => {
    const used = new Set<string>();
    const found: string[] = [];
    for (const one of cases) found.push(...(await complaints(conv(one), used)));
    none(found);
    const needed = what === "free taps" ? 5 : 6;
    assert.ok(used.size >= needed, `only ${[...used].join(", ")}`);
  });
}

shared("strided taps are a smaller window with a dilation", async () => {
  const layer = await layerOf(conv({ kernel: 7, ic: 9, reads: both(someChannels, strided(2, 1)) }));
  assert.is(sharedRows(layer.filter)!.length, 3 * 9);
  const { geometry: g, window } = wholeWindow(layer);
  assert.equal([g.kh, g.kw, g.dh, g.dw, g.top, g.left, g.ic], [3, 3, 2, 2, 2, 2, 9]);
  assert.equal(window!.reads, [1, 4, 7]);
  assert.is(window!.numbers().length, 5 * 3 * 9);
});

shared("taps that are no window, or begin behind the padding, leave the window as it is", async () => {
  const isWhole = async (one: Case) => {
    const layer = await layerOf(conv(one));
    assert.equal(wholeWindow(layer), { geometry: layer.geometry });
  };
  await isWhole({ reads: (_, row, column) => row + column < 3 });
  await isWhole({ kernel: 5, reads: (_, row, column) => row !== 2 && column !== 1 });
  await isWhole({ ic: 8, reads: (channel, row, column) => strided(2, channel % 2)(0, row, column) });
  await isWhole({ kernel: 5, pad: 0, reads: strided(2, 1) });
  await isWhole({ reads: () => true });
});

shared("with most taps left, and those free, a filter runs dense", async () => {
  const one = { ic: 64, oc: 64, h: 28, w: 28, reads: free(3, 0.8) };
  const { kernels } = await runFile(compile(conv(one)), drawInputs(conv(one)));
  assert.match(kernels[0]!, /^conv_winograd_4x4_f32_/);
});

shared("the rule takes Winograd by phases where it is cheaper, and the list of taps where taps are free", async () => {
  const picked = async (one: Case) => (await runFile(compile(conv(one)), drawInputs(conv(one)))).kernels[0]!;
  assert.match(await picked({ ic: 64, oc: 64, h: 28, w: 28, reads: strided(2) }), /^conv_winograd_\dx\d_2x2_f32_/);
  assert.match(
    await picked({ ic: 32, oc: 32, h: 28, w: 28, kernel: 7, reads: strided(2) }),
    /^conv_winograd_5x5_4x4_f32_/,
  );
  assert.match(
    await picked({ ic: 32, oc: 32, h: 28, w: 28, kernel: 5, reads: free(3, 0.2) }),
    /^conv_(taps|sparse)_f32/,
  );
});

shared("any number of threads gives the same bits, with every kernel", async () => {
  for (const one of [
    { ic: 20, oc: 17, h: 19, w: 23, reads: strided(2) },
    { ic: 20, oc: 17, h: 19, w: 23, kernel: 5, dilation: 3, reads: both(someChannels, strided(2)) },
    { ic: 70, oc: 17, h: 5, w: 6, kernel: 7, reads: strided(2) },
    { ic: 20, oc: 17, h: 19, w: 23, reads: free(2, 0.4) },
    {
      ic: 20,
      oc: 17,
      h: 19,
      w: 23,
      reads: (c: number, row: number, column: number) => strided(2, c % 2)(c, row, column),
    },
  ]) {
    const graph = conv(one);
    const bytes = compile(graph);
    const layer = await layerOf(graph);
    const x = drawInputs(graph).get("x")!.data;
    for (const kernel of CONV_KERNELS.filter((kernel) => kernel.fits(layer))) {
      const results = await preferring(kernel, async () => {
        const results: number[][] = [];
        for (const count of [1, 2, 3]) {
          const session = await load(bytes, { build: BUILD, threads: { count } });
          assert.is(session.layers[0]!.kernel, kernel.name);
          results.push([...session.run({ x })["conv"]!]);
          session.dispose();
        }
        return results;
      });
      assert.equal(results[1], results[0], kernel.name);
      assert.equal(results[2], results[0], kernel.name);
    }
  }
});

shared.run();
