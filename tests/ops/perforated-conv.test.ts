/** Convolutions that compute some of their positions, against the plain loops with the nearest of them filled in. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { readNetwork } from "../../src/compile/raise.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { OPS } from "../../src/ops/index.js";
import { nearestComputed, type Positions } from "../../src/ops/positions.js";
import { countMacs } from "../../src/ops/walk.js";
import { uniform } from "../../src/random.js";
import { load } from "../../src/runtime/index.js";
import { BUILD, checkAll, difference, range, tensor } from "./oracle.js";

const test = suite("ops/conv, perforated");

interface PerforatedCase {
  readonly ic?: number;
  readonly oc?: number;
  readonly h?: number;
  readonly w?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly n?: number;
  /** A sum with another value and a clamp behind, which are computed along. */
  readonly joined?: boolean;
  /** Which of the output's pixels, by its height and width. */
  readonly positions: (oh: number, ow: number) => Positions;
}

function conv(c: PerforatedCase): Graph {
  const { ic = 4, oc = 5, h = 6, w = 7, kernel = 1, n = 1, groups = 1, stride = 1, dilation = 1 } = c;
  const { pad = Math.floor(((kernel - 1) * dilation) / 2) } = c;
  const b = new GraphBuilder(1);
  const attrs = {
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads: [pad, pad, pad, pad],
    groups,
  } as const;
  const reach = (size: number) => Math.floor((size + 2 * pad - (kernel - 1) * dilation - 1) / stride) + 1;
  const positions = c.positions(reach(h), reach(w));
  const x = b.input("x", [n, ic, h, w]);
  const filter = b.weights("filter", [oc, ic / groups, kernel, kernel], 1);
  let y = b.node("conv", "conv", { ...attrs, positions }, [x, filter, b.weights("bias", [oc], 1)]);
  if (c.joined) y = b.relu("relu", b.node("sum", "add", {}, [y, b.input("z", b.shapeOf(y))]));
  return b.build(`${JSON.stringify({ ...c, positions })}`, [y]);
}

const every = (step: number, first: number, size: number) =>
  range(0, size - 1).filter((i) => i % step === Math.min(first, size - 1) % step);
const grid =
  (step: number, first = 0) =>
  (oh: number, ow: number): Positions => ({
    rows: every(step, first, oh),
    columns: every(step, first, ow),
  });
const uneven = (oh: number, ow: number): Positions => ({
  rows: range(0, oh - 1).filter((row) => row % 5 !== 2 || row === 0),
  columns: range(0, ow - 1).filter((column) => column % 3 === 0 || column % 4 === 1),
});
const some =
  (share: number) =>
  (oh: number, ow: number): Positions => {
    const next = uniform(5);
    const pixels = range(0, oh * ow - 1).filter(() => next() < share);
    return { pixels: pixels.length > 0 ? pixels : [oh * ow - 1] };
  };
const one = (oh: number, ow: number): Positions => ({ pixels: [Math.floor((oh * ow) / 2)] });
const MASKS = [grid(2), grid(2, 1), grid(3, 1), grid(4, 2), uneven, some(0.5), some(0.1), one];

const CASES: Readonly<Record<string, readonly PerforatedCase[]>> = {
  "widths and heights": [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33].flatMap((w) =>
    MASKS.flatMap((positions) => [
      { h: 5, w, positions },
      { h: w, w: 6, kernel: 3, joined: true, positions },
    ]),
  ),
  "windows, strides and dilations": MASKS.flatMap((positions) => [
    { kernel: 3, stride: 2, h: 17, w: 19, positions },
    { kernel: 5, dilation: 2, h: 13, w: 14, positions },
    { kernel: 7, h: 12, w: 11, positions },
    { kernel: 3, pad: 0, h: 12, w: 11, positions },
    { kernel: 1, pad: 1, positions },
    { kernel: 1, stride: 2, h: 12, w: 11, joined: true, positions },
  ]),
  "channels, groups and images": MASKS.flatMap((positions) => [
    { ic: 6, oc: 9, groups: 3, kernel: 3, positions },
    { ic: 6, oc: 4, n: 3, kernel: 3, joined: true, positions },
    { ic: 64, oc: 33, h: 9, w: 9, positions },
    { ic: 7, oc: 7, groups: 7, kernel: 3, h: 9, w: 9, joined: true, positions },
    { ic: 5, oc: 5, groups: 5, kernel: 5, stride: 2, h: 9, w: 12, n: 2, positions },
  ]),
  "everything listed": [{ positions: (oh, ow) => ({ pixels: range(0, oh * ow - 1) }) }, { positions: grid(1) }],
};

for (const [what, cases] of Object.entries(CASES)) test(what, () => checkAll(cases.map(conv)));

const ONE_BY_ONE = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;

test("what was worked out by hand: the nearest pixel, of equally near ones the first", () => {
  const identity = [tensor([1, 1, 1, 5], 1, 2, 3, 4, 5), tensor([1, 1, 1, 1], 1)] as const;
  const evaluate = (positions: Positions) => OPS.get("conv")!.evaluate({ ...ONE_BY_ONE, positions }, identity)[0]!.data;
  assert.is(difference([1, 1, 1, 5, 5], evaluate({ rows: [0], columns: [0, 4] }), 0), undefined);
  assert.is(difference([2, 2, 2, 4, 4], evaluate({ pixels: [1, 3] }), 0), undefined);
  // Column 0 of row 1 is as far from (0, 0) as from (2, 0) and (1, 1): row-major order decides.
  assert.equal([...nearestComputed({ pixels: [0, 4, 6] }, 3, 3)], [0, 0, 4, 0, 4, 4, 6, 4, 4]);
});

test("multiply-adds are counted of computed positions", async () => {
  const graph = conv({ ic: 3, oc: 4, h: 8, w: 8, kernel: 3, positions: grid(2) });
  assert.is(countMacs(graph), 4 * 16 * 3 * 9);
  const session = await load(compile(graph), { build: BUILD });
  assert.is(session.macs, countMacs(graph));
  session.dispose();
});

test("pixels that are a grid, or all, are stored as such", async () => {
  const stored = async (positions: PerforatedCase["positions"]) => {
    const { attrs } = (await readNetwork(compile(conv({ h: 4, w: 4, positions })))).nodes[0]!;
    return (attrs as { positions?: Positions }).positions;
  };
  assert.equal(await stored(() => ({ pixels: [4, 6, 12, 14] })), { rows: [1, 3], columns: [0, 2] });
  assert.equal(await stored(() => ({ pixels: [4, 6, 12] })), { pixels: [4, 6, 12] });
  assert.equal(await stored(grid(1)), undefined);
});

for (const [positions, message] of [
  [{ pixels: [] }, /no pixels are listed/],
  [{ pixels: [3, 3] }, /pixels must be strictly increasing from 0 to 24: 3 follows 3/],
  [{ pixels: [25] }, /25 follows nothing/],
  [{ rows: [0, 5], columns: [0] }, /rows must be strictly increasing from 0 to 4: 5 follows 0/],
  [{ rows: [0], columns: [] }, /no columns are listed/],
] as const) {
  test(`refuses ${JSON.stringify(positions)} of 5x5`, () => {
    const shapes = [
      [1, 1, 5, 5],
      [1, 1, 1, 1],
    ];
    assert.throws(() => OPS.get("conv")!.infer({ ...ONE_BY_ONE, positions }, shapes), message);
  });
}

test.run();
