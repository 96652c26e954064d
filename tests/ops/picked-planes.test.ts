/** Convolutions that read some planes of a value, and write theirs among others: gather and scatter go into their loads and stores. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import type { Positions } from "../../src/ops/positions.js";
import { uniform } from "../../src/random.js";
import { load } from "../../src/runtime/index.js";
import { BUILD, checkAll, drawInputs, range } from "./oracle.js";

const test = suite("ops/conv, picked planes");

interface PlanesCase {
  /** Which of how many planes are read. */
  readonly reads?: readonly number[];
  readonly of?: number;
  /** Where the outputs go, among how many. */
  readonly writes?: readonly number[];
  readonly size?: number;
  readonly oc?: number;
  readonly h?: number;
  readonly w?: number;
  readonly n?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
  /** What is behind: a clamp; a sum with a value that was clamped, or was not, and is read again or not. */
  readonly behind?: "nothing" | "clamp" | "sum" | "clamped sum" | "sum read again";
  readonly positions?: Positions;
  /** Share of the filter's numbers that are 0; "channels": all of some input channels. */
  readonly zeros?: number | "channels";
}

/** What is added, which is there before the convolution runs. */
function otherOf(b: GraphBuilder, behind: string, shape: readonly number[]): string | undefined {
  if (!behind.includes("sum")) return undefined;
  const z = b.input("z", shape);
  return behind === "clamped sum" ? b.relu("positive", z) : b.node("half", "tanh", {}, [z]);
}

function graphOf(c: PlanesCase): Graph {
  const { reads, of = 9, writes, size = 12, h = 6, w = 7, n = 1, kernel = 1, stride = 1, groups = 1 } = c;
  const { pad = Math.floor(kernel / 2), oc = writes?.length ?? 5, behind = "nothing" } = c;
  const b = new GraphBuilder(1);
  const x = b.input("x", [n, of, h, w]);
  const reach = (length: number) => Math.floor((length + 2 * pad - kernel) / stride) + 1;
  const other = otherOf(b, behind, [n, writes ? size : oc, reach(h), reach(w)]);
  const read = reads ? b.node("read", "gather", { axis: 1, indices: reads }, [x]) : x;
  const ic = b.shapeOf(read)[1]!;
  const attrs = { strides: [stride, stride], dilations: [1, 1], pads: [pad, pad, pad, pad], groups } as const;
  const filter = b.weights("filter", [oc, ic / groups, kernel, kernel], 1);
  const positions = c.positions ? { positions: c.positions } : {};
  let y = b.node("conv", "conv", { ...attrs, ...positions }, [read, filter, b.weights("bias", [oc], 1)]);
  if (writes) y = b.node("written", "scatter", { axis: 1, indices: writes, size }, [y]);
  if (other !== undefined) y = b.node("sum", "add", {}, [y, other]);
  if (behind !== "nothing") y = b.node("clamp", "clip", { min: behind === "clamp" ? 0.25 : 0, max: 2 }, [y]);
  const graph = b.build(JSON.stringify(c), [y, ...(behind === "sum read again" ? [other!] : [])]);
  const next = uniform(3);
  const { data } = graph.constants.get("filter")!;
  data.forEach((_, i) => {
    const isChannel = (Math.floor(i / kernel ** 2) % ic) % 3 === 1;
    if (c.zeros === "channels" ? isChannel : next() < (c.zeros ?? 0)) data[i] = 0;
  });
  return graph;
}

const SOME = [0, 2, 3, 7, 8];
const MIXED = [8, 1, 1, 5, 0, 3];
const BEHIND = ["nothing", "clamp", "sum", "clamped sum", "sum read again"] as const;

const CASES: Readonly<Record<string, readonly PlanesCase[]>> = {
  "reads planes: pixels and windows": [SOME, MIXED].flatMap((reads) => [
    ...[1, 3, 4, 7, 8, 9, 31, 32, 33].map((w) => ({ reads, h: 1, w })),
    ...[1, 2, 5, 8, 13].flatMap((w) => [
      { reads, kernel: 3, w },
      { reads, kernel: 3, pad: 0, h: 7, w: w + 2 },
    ]),
    { reads, kernel: 5, h: 9 },
    { reads, kernel: 3, stride: 2, h: 9 },
    { reads, stride: 2, h: 9 },
    { reads, kernel: 3, n: 3, behind: "sum" },
    { reads, n: 3 },
  ]),
  "reads planes: groups, depthwise, many": [
    { reads: MIXED, groups: 2, oc: 8 },
    { reads: MIXED, groups: 3, oc: 9, kernel: 3, n: 2 },
    { reads: MIXED, groups: 6, oc: 6, kernel: 3, h: 9 },
    { reads: MIXED, groups: 6, oc: 6, kernel: 5, stride: 2, h: 9, n: 2 },
    { reads: MIXED, groups: 6, oc: 12, kernel: 3 },
    { reads: range(0, 599).map((i) => (i * 7) % 640), of: 640, h: 5, w: 5 },
    { reads: range(0, 599).map((i) => i + 20), of: 640, h: 3, w: 3, kernel: 3, pad: 0 },
  ],
  "reads planes: sparse filters": [0.9, "channels"].flatMap((zeros) =>
    [SOME, MIXED, undefined].flatMap((reads) =>
      [1, 3].flatMap((kernel): PlanesCase[] => [
        { reads: reads!, kernel, zeros: zeros as number, h: 9, w: 9, n: 2 },
        { reads: reads!, kernel, pad: 0, stride: 2, zeros: zeros as number, h: 9, w: 9, oc: 32 },
        { reads: reads!, kernel, zeros: zeros as number, writes: [1, 2, 5], size: 7, behind: "sum" },
      ]),
    ),
  ),
  "writes planes": BEHIND.flatMap((behind): PlanesCase[] => [
    ...[1, 4, 7, 8, 9, 33].map((w) => ({ writes: [1, 2, 5, 6, 7, 9, 11], h: 1, w, behind })),
    { writes: [0, 3, 4], size: 6, kernel: 3, h: 9, w: 9, behind },
    { writes: [0, 3, 4], size: 6, kernel: 3, h: 7, w: 6, n: 3, behind },
    { writes: [2], size: 3, kernel: 3, h: 2, w: 2, behind },
    { writes: [0, 2, 4, 6, 8, 10, 11, 12, 13], size: 14, groups: 3, behind },
    { writes: range(0, 8), size: 9, kernel: 5, h: 9, behind },
    { reads: MIXED, writes: [1, 2, 4, 5, 6], size: 8, kernel: 3, behind },
    { of: 5, groups: 5, writes: [0, 2, 4, 5, 6], size: 8, kernel: 3, behind },
  ]),
  "some pixels of some planes": BEHIND.flatMap((behind): PlanesCase[] => [
    { reads: MIXED, writes: [1, 2, 4], size: 6, positions: { rows: [0, 2, 4], columns: [1, 3, 5] }, behind },
    { reads: SOME, kernel: 3, writes: [0, 5], size: 6, n: 2, positions: { pixels: [3, 9, 10, 30] }, behind },
    { reads: MIXED, groups: 6, oc: 6, kernel: 3, positions: { rows: [1, 3, 5], columns: [1, 4] }, behind },
    { kernel: 3, zeros: 0.9, positions: { rows: [0, 3], columns: [0, 3, 6] }, behind },
    { kernel: 3, zeros: "channels", positions: { rows: [0, 3], columns: [0, 3, 6] }, behind },
  ]),
};

for (const [what, cases] of Object.entries(CASES)) test(what, () => checkAll(cases.map(graphOf)));

test("all of it is one group of steps, which does not copy what stays", async () => {
  const session = await load(compile(graphOf({ reads: MIXED, writes: [1, 2, 4], behind: "clamped sum" })), {
    build: BUILD,
  });
  assert.equal(
    session.layers.map(({ name }) => name),
    ["positive", "read + conv + written + sum + clamp"],
  );
  session.dispose();
});

test("a gather that another layer reads, too, stays by itself", async () => {
  const b = new GraphBuilder(1);
  const read = b.node("read", "gather", { axis: 1, indices: MIXED }, [b.input("x", [1, 9, 4, 4])]);
  const graph = b.build("twice", [b.conv("a", read, 3, 1), b.conv("b", read, 3, 3)]);
  await checkAll([graph]);
  const session = await load(compile(graph), { build: BUILD });
  assert.equal(
    session.layers.map(({ name }) => name),
    ["read", "a", "b"],
  );
  session.dispose();
});

test("the residual's own planes may be read", async () => {
  const b = new GraphBuilder(1);
  const x = b.relu("x+", b.input("x", [1, 9, 6, 6]));
  const read = b.node("read", "gather", { axis: 1, indices: [1, 8, 4] }, [x]);
  const written = b.node("written", "scatter", { axis: 1, indices: [0, 4, 5], size: 9 }, [b.conv("conv", read, 3, 3)]);
  await checkAll([b.build("own", [b.relu("y", b.node("sum", "add", {}, [x, written]))])]);
});

test("any number of threads gives the same bits", async () => {
  for (const c of [
    { reads: MIXED, writes: range(0, 19).map((i) => 2 * i), size: 41, kernel: 3, h: 23, w: 19, behind: "sum" },
    { reads: MIXED, writes: range(0, 19).map((i) => 2 * i), size: 41, h: 23, w: 19, behind: "clamped sum" },
    { kernel: 3, stride: 2, h: 23, w: 19, positions: { rows: [0, 2, 5, 10], columns: [0, 1, 4, 7] } },
    { kernel: 3, h: 9, w: 9, positions: { pixels: [0, 5, 17, 44, 80] }, behind: "clamp" },
    { reads: MIXED, groups: 6, oc: 6, kernel: 3, h: 23, w: 19 },
  ] as const) {
    const graph = graphOf(c);
    const inputs = Object.fromEntries([...drawInputs(graph)].map(([name, { data }]) => [name, data]));
    const results = [];
    for (const count of [1, 2, 3]) {
      const session = await load(compile(graph), { build: BUILD, threads: { count } });
      results.push([...session.run(inputs)[graph.outputs[0]!]!]);
      session.dispose();
    }
    assert.equal(results[1], results[0]);
    assert.equal(results[2], results[0]);
  }
});

test.run();
