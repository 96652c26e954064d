/** Which layers run as one, and that they compute the same as one after the other. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { load } from "../../src/runtime/index.js";
import { BUILD, checkAll, complaint, range } from "../ops/oracle.js";

const test = suite("runtime/fuse");

type Build = (b: GraphBuilder, x: string) => readonly string[];

function graph(name: string, build: Build, shape: readonly number[] = [2, 4, 5, 5]): Graph {
  const b = new GraphBuilder(21);
  const outputs = build(b, b.input("x", shape));
  return b.build(name, outputs);
}

const add = (b: GraphBuilder, name: string, p: string, q: string) => b.node(name, "add", {}, [p, q]);
const clip = (b: GraphBuilder, name: string, x: string) => b.node(name, "clip", { min: -0.5, max: 0.75 }, [x]);
const POOL = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], ceil: false } as const;

const conv = (b: GraphBuilder, name: string, x: string) => b.conv(name, x, 4, 3, { bias: true });
const depthwise = (b: GraphBuilder, name: string, x: string) => b.conv(name, x, 4, 3, { groups: 4 });
const wide = (b: GraphBuilder, name: string, x: string) => b.conv(name, x, 4, 5, { groups: 4 });
const grouped = (b: GraphBuilder, name: string, x: string) => b.conv(name, x, 4, 3, { groups: 2, bias: true });
const CONVS = { conv, depthwise, wide, grouped };

/** For each graph the names of what runs as one. */
const FUSED: Readonly<Record<string, readonly [build: Build, groups: readonly string[]]>> = {
  "conv, relu": [(b, x) => [b.relu("r", conv(b, "c", x))], ["c + r"]],
  "conv, clip": [(b, x) => [clip(b, "k", conv(b, "c", x))], ["c + k"]],
  "conv, two clips": [(b, x) => [b.relu("r", clip(b, "k", conv(b, "c", x)))], ["c + k", "r"]],
  "conv + x": [(b, x) => [add(b, "a", conv(b, "c", x), x)], ["c + a"]],
  "x + conv": [(b, x) => [add(b, "a", x, conv(b, "c", x))], ["c + a"]],
  "conv + x, relu": [(b, x) => [b.relu("r", add(b, "a", conv(b, "c", x), x))], ["c + a + r"]],
  "relu first, then the sum": [(b, x) => [add(b, "a", b.relu("r", conv(b, "c", x)), x)], ["c + r", "a"]],
  "two branches": [(b, x) => [b.relu("r", add(b, "a", conv(b, "c", x), conv(b, "d", x)))], ["c", "d + a + r"]],
  "two branches, the other way round": [
    (b, x) => {
      const [c, d] = [conv(b, "c", x), conv(b, "d", x)];
      return [b.relu("r", add(b, "a", d, c))];
    },
    ["c", "d + a + r"],
  ],
  "a branch that is ready only later": [
    (b, x) => [add(b, "a", conv(b, "c", x), b.relu("r", conv(b, "d", x)))],
    ["c", "d + r", "a"],
  ],
  "a sum of the same value": [
    (b, x) => {
      const c = conv(b, "c", x);
      return [b.relu("r", add(b, "a", c, c))];
    },
    ["c", "a + r"],
  ],
  "a sum with a smaller value": [
    (b, x) => {
      const small = b.node("g", "global-average-pool", {}, [x]);
      return [add(b, "a", conv(b, "c", x), small)];
    },
    ["g", "c", "a"],
  ],
  "a sum that is larger than the conv": [
    (b, x) => [add(b, "a", b.conv("c", b.node("g", "global-average-pool", {}, [x]), 4, 1), x)],
    ["g", "c", "a"],
  ],
  "two sums": [
    (b, x) => {
      const y = b.relu("y", x);
      return [add(b, "a2", add(b, "a1", conv(b, "c", x), x), y)];
    },
    ["y", "c + a1", "a2"],
  ],
  "a sum with a constant behind a relu": [
    (b, x) => [add(b, "a", b.relu("r", conv(b, "c", x)), b.weights("w", [4, 1, 1], 1))],
    ["c + r", "a"],
  ],
  "a product": [(b, x) => [b.node("m", "mul", {}, [conv(b, "c", x), x])], ["c", "m"]],
  "a conv that is read elsewhere": [
    (b, x) => {
      const c = conv(b, "c", x);
      return [b.relu("r", c), clip(b, "k", c)];
    },
    ["c", "r", "k"],
  ],
  "a conv that is an output": [
    (b, x) => {
      const c = conv(b, "c", x);
      return [b.relu("r", c), c];
    },
    ["c", "r"],
  ],
  "a sum that is an output": [
    (b, x) => {
      const a = add(b, "a", conv(b, "c", x), x);
      return [a, b.relu("r", a)];
    },
    ["c + a", "r"],
  ],
  "a sum that is read elsewhere": [
    (b, x) => {
      const a = add(b, "a", conv(b, "c", x), x);
      return [add(b, "e", b.relu("r", a), a)];
    },
    ["c + a", "r", "e"],
  ],
  "a view between": [
    (b, x) => [b.relu("r", b.node("v", "reshape", { shape: [0, -1] }, [conv(b, "c", x)]))],
    ["c", "v", "r"],
  ],
  "a view as the residual": [
    (b, x) => {
      const flat = b.node("f", "reshape", { shape: [-1] }, [x]);
      const back = b.node("v", "reshape", { shape: [2, 4, 5, 5] }, [flat]);
      return [add(b, "a", conv(b, "c", x), back)];
    },
    ["f", "v", "c + a"],
  ],
  "a chain of blocks": [
    (b, x) => {
      const block = (i: number, from: string) => b.relu(`r${i}`, add(b, `a${i}`, conv(b, `c${i}`, from), from));
      return [block(3, block(2, block(1, x)))];
    },
    ["c1 + a1 + r1", "c2 + a2 + r2", "c3 + a3 + r3"],
  ],
  "pools, a norm, a sum, a product, a mean, each clipped": [
    (b, x) => {
      const p = clip(b, "k1", b.node("p", "max-pool", POOL, [x]));
      const q = clip(b, "k2", b.node("q", "average-pool", { ...POOL, countPadding: true }, [x]));
      const n = clip(b, "k3", b.batchNorm("n", p));
      const a = clip(b, "k4", add(b, "a", n, q));
      const m = clip(b, "k5", b.node("m", "mul", {}, [a, x]));
      return [clip(b, "k6", b.node("g", "reduce-mean", { axes: [1, 3], keepDims: false }, [m]))];
    },
    ["p + k1", "q + k2", "n + k3", "a + k4", "m + k5", "g + k6"],
  ],
  "moves, which do not clip": [
    (b, x) => {
      const t = clip(b, "k1", b.node("t", "transpose", { permutation: [0, 1, 3, 2] }, [x]));
      const s = clip(b, "k2", b.node("s", "softmax", { axis: 1 }, [t]));
      return [clip(b, "k3", b.node("j", "concat", { axis: 1 }, [s, x]))];
    },
    ["t", "k1", "s", "k2", "j", "k3"],
  ],
};

for (const [title, [build, groups]] of Object.entries(FUSED)) {
  test(title, async () => {
    const built = graph(title, build);
    const session = await load(compile(built), { build: BUILD });
    assert.equal(
      session.layers.map(({ name }) => name),
      groups,
    );
    assert.is(await complaint(built), undefined);
  });
}

for (const [kind, make] of Object.entries(CONVS)) {
  test(`a ${kind} with a sum and a relu is one`, async () => {
    const built = graph(kind, (b, x) => [b.relu("r", add(b, "a", make(b, "c", x), x))]);
    const session = await load(compile(built), { build: BUILD });
    assert.equal(
      session.layers.map(({ name }) => name),
      ["c + a + r"],
    );
    await checkAll([built, graph(kind, (b, x) => [clip(b, "k", add(b, "a", x, make(b, "c", x)))])]);
  });
}

test("sums and clips at the edges of every tile", () =>
  checkAll(
    range(1, 11).flatMap((channels) =>
      [1, 7, 8, 9, 17].map((w) =>
        graph(
          `${channels} channels, ${w} pixels`,
          (b, x) => [clip(b, "k", add(b, "a", x, b.conv("c", x, channels, 1, { bias: true })))],
          [1, channels, 1, w],
        ),
      ),
    ),
  ));

test("dense layers with sums and clips", () =>
  checkAll(
    [1, 15, 16, 17, 33].map((width) =>
      graph(`${width} features`, (b, x) => [clip(b, "k", add(b, "a", b.gemm("g", x, width), x))], [3, width]),
    ),
  ));

test.run();
