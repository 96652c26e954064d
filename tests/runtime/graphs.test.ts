/** Whole graphs: several inputs and outputs, values that are both, and seeded random ones. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { uniform } from "../../src/random.js";
import { load } from "../../src/runtime/index.js";
import { BUILD, checkAll, drawInputs, none } from "../ops/oracle.js";
import { memoriesOf } from "./memories.js";
import { everyLayer } from "./samples.js";

const test = suite("runtime/graphs");

function graph(name: string, build: (b: GraphBuilder) => readonly string[]): Graph {
  const b = new GraphBuilder(31);
  return b.build(name, build(b));
}

const GRAPHS: readonly Graph[] = [
  everyLayer(),
  graph("three inputs, three outputs", (b) => {
    const [x, y, z] = [b.input("x", [1, 3, 4, 4]), b.input("y", [3, 1, 1]), b.input("z", [2, 5])];
    const sum = b.node("sum", "add", {}, [x, y]);
    return [b.relu("positive", sum), sum, b.gemm("dense", z, 7)];
  }),
  graph("an input is an output", (b) => {
    const x = b.input("x", [2, 3]);
    return [b.relu("r", x), x];
  }),
  graph("nothing but an input", (b) => [b.input("x", [2, 3])]),
  graph("an input through an identity", (b) => [b.node("y", "identity", {}, [b.input("x", [2, 3])])]),
  graph("an input under three names", (b) => {
    const x = b.input("x", [2, 3]);
    return [b.node("y", "identity", {}, [x]), x, b.node("z", "reshape", { shape: [6] }, [x])];
  }),
  graph("an input that nothing reads", (b) => {
    b.input("spare", [5, 5]);
    return [b.relu("r", b.input("x", [3]))];
  }),
  graph("an input that is read first and last", (b) => {
    const x = b.input("x", [1, 4, 6, 6]);
    let y = x;
    for (let i = 0; i < 5; i++) y = b.relu(`r${i}`, b.conv(`c${i}`, y, 4, 3));
    return [b.node("sum", "add", {}, [y, x])];
  }),
  graph("outputs that nothing else reads, early and late", (b) => {
    const x = b.input("x", [1, 4, 6, 6]);
    const early = b.relu("early", b.conv("c0", x, 8, 1));
    let y = x;
    for (let i = 1; i < 5; i++) y = b.relu(`r${i}`, b.conv(`c${i}`, y, 4, 3));
    return [y, early];
  }),
  graph("a gate", (b) => {
    const x = b.conv("c", b.input("x", [2, 3, 5, 5]), 6, 3);
    const squeezed = b.node("g", "global-average-pool", {}, [x]);
    const gate = b.node("h", "clip", { min: 0, max: 1 }, [b.conv("e", b.relu("r", b.conv("d", squeezed, 2, 1)), 6, 1)]);
    return [b.node("m", "mul", {}, [x, gate])];
  }),
  graph("channels shuffled", (b) => {
    const x = b.input("x", [1, 6, 4, 5]);
    const split = b.node("split", "reshape", { shape: [0, 2, 3, 4, 5] }, [x]);
    const turned = b.node("turned", "transpose", { permutation: [0, 2, 1, 3, 4] }, [split]);
    return [b.conv("c", b.node("joined", "reshape", { shape: [0, -1, 4, 5] }, [turned]), 6, 3, { groups: 2 })];
  }),
];

for (const built of GRAPHS) test(built.name, () => checkAll([built]));

// ---- random graphs ----

type Step = (b: GraphBuilder, name: string, pick: () => string, next: () => number) => string;

const POOL = { strides: [1, 1], dilations: [1, 1], pads: [1, 0, 0, 1], ceil: false } as const;

/** Each adds one node on values of any shape [n, c, h, w], and keeps four axes. */
const STEPS: readonly Step[] = [
  (b, name, pick, next) => b.conv(name, pick(), 1 + Math.floor(9 * next()), 3, { bias: next() < 0.5 }),
  (b, name, pick) => b.conv(name, pick(), 5, 1),
  (b, name, pick) => {
    const x = pick();
    return b.conv(name, x, b.shapeOf(x)[1]!, 3, { groups: b.shapeOf(x)[1]! });
  },
  (b, name, pick) => b.relu(name, pick()),
  (b, name, pick) => b.node(name, "clip", { min: -1, max: 0.5 }, [pick()]),
  (b, name, pick) => b.batchNorm(name, pick()),
  (b, name, pick) => b.node(name, "max-pool", { ...POOL, kernel: [2, 2] }, [pick()]),
  (b, name, pick) => b.node(name, "average-pool", { ...POOL, kernel: [2, 2], countPadding: false }, [pick()]),
  (b, name, pick) => b.node(name, "softmax", { axis: 1 }, [pick()]),
  (b, name, pick) => b.node(name, "transpose", { permutation: [0, 1, 3, 2] }, [pick()]),
  (b, name, pick) => b.node(name, "identity", {}, [pick()]),
  (b, name, pick) => {
    const x = pick();
    const [n, c, h, w] = b.shapeOf(x) as [number, number, number, number];
    return b.node(name, "reshape", { shape: [n, c, w, h] }, [x]);
  },
  (b, name, pick) => b.node(name, "global-average-pool", {}, [pick()]),
  (b, name, pick) => b.node(name, "mul", {}, [pick(), b.weights(`${name}.w`, [1], 1)]),
  (b, name, pick) => {
    const x = pick();
    return b.node(name, "add", {}, [x, b.weights(`${name}.w`, [b.shapeOf(x)[1]!, 1, 1], 1)]);
  },
  (b, name, pick) => {
    const x = pick();
    return b.node(name, "slice", { axes: [1], starts: [b.shapeOf(x)[1]! - 1], ends: [-1], steps: [-1] }, [x]);
  },
  joined("add"),
  joined("add"),
  joined("add"),
  joined("mul"),
  (b, name, pick) => {
    const x = pick();
    const y = sameBut(b, x, pick, 1);
    return b.node(name, "concat", { axis: 1 }, [x, y]);
  },
];

/** An elementwise join of two values that fit; of a value with itself where none does. */
function joined(op: "add" | "mul"): Step {
  return (b, name, pick) => {
    const x = pick();
    return b.node(name, op, {}, [x, sameBut(b, x, pick)]);
  };
}

/** A value with the shape of `x`, not counting one axis. */
function sameBut(b: GraphBuilder, x: string, pick: () => string, free = -1): string {
  const fits = (y: string) => b.shapeOf(y).every((size, axis) => axis === free || size === b.shapeOf(x)[axis]);
  for (let i = 0; i < 8; i++) {
    const y = pick();
    if (y !== x && fits(y)) return y;
  }
  return x;
}

function randomGraph(seed: number): Graph {
  const b = new GraphBuilder(seed);
  const next = uniform(seed);
  const h = 1 + Math.floor(9 * next());
  const values = [b.input("x0", [1 + Math.floor(2 * next()), 4, h, 1 + Math.floor(9 * next())])];
  if (next() < 0.5) values.push(b.input("x1", b.shapeOf("x0")));
  // Mostly recent values, so that chains arise, but any value may be read again.
  const pick = () => values[Math.max(0, values.length - 1 - Math.floor(values.length * next() ** 3))]!;
  const count = 3 + Math.floor(12 * next());
  for (let i = 0; i < count; i++) values.push(STEPS[Math.floor(STEPS.length * next())]!(b, `n${i}`, pick, next));
  const outputs = new Set([values.at(-1)!, ...values.filter(() => next() < 0.15)]);
  return unusedGone(b.build(`random ${seed}`, [...outputs]));
}

/** A file holds no layers without use. */
function unusedGone(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const nodes = [...graph.nodes].reverse().filter((node) => {
    const used = node.outputs.some((name) => needed.has(name));
    if (used) node.inputs.forEach((name) => needed.add(name));
    return used;
  });
  return { ...graph, nodes: nodes.reverse() };
}

const SEEDS = Array.from({ length: 400 }, (_, i) => i + 1);

test("400 random graphs compute what they mean", () => checkAll(SEEDS.map(randomGraph)));

test("a run writes nothing but activations and scratch", async () => {
  const complaints: string[] = [];
  for (const built of [everyLayer(), ...SEEDS.slice(0, 100).map(randomGraph)]) {
    const { result: session, memories } = await memoriesOf(() => load(compile(built), { build: BUILD }));
    const { totalBytes, arenaBytes } = session.memory;
    const fixed = () => Buffer.from(memories[0]!.buffer, 0, totalBytes - arenaBytes);
    const behind = () => Buffer.from(memories[0]!.buffer, totalBytes);
    const before = [Buffer.from(fixed()), Buffer.from(behind())] as const;
    session.run(Object.fromEntries([...drawInputs(built)].map(([name, { data }]) => [name, data])));
    if (!fixed().equals(before[0])) complaints.push(`${built.name}: constants or steps have changed`);
    if (!behind().equals(before[1])) complaints.push(`${built.name}: wrote behind its memory`);
  }
  none(complaints);
});

test("a second run gives the same bits, whatever the first one left behind", async () => {
  const complaints: string[] = [];
  for (const built of SEEDS.slice(0, 100).map(randomGraph)) {
    const session = await load(compile(built), { build: BUILD });
    const draw = (seed: number) => Object.fromEntries([...drawInputs(built, seed)].map(([n, { data }]) => [n, data]));
    const first = session.run(draw(1));
    const poison = Object.fromEntries(Object.entries(draw(2)).map(([name, data]) => [name, data.map(() => NaN)]));
    session.run(poison as ReturnType<typeof draw>);
    const again = session.run(draw(1));
    for (const name of built.outputs) {
      if (!Buffer.from(first[name]!.buffer).equals(Buffer.from(again[name]!.buffer)))
        complaints.push(`${built.name}, ${name}`);
    }
  }
  none(complaints);
});

test("8,000 layers, all read at the end, are planned within seconds", async () => {
  const b = new GraphBuilder(1);
  let x = b.input("x", [1, 4]);
  const values: string[] = [];
  for (let i = 0; i < 8000; i++) values.push((x = b.relu(`r${i}`, x)));
  const bytes = compile(b.build("long", [b.node("y", "concat", { axis: 0 }, values)]));
  const start = performance.now();
  const session = await load(bytes, { build: BUILD });
  assert.ok(performance.now() - start < 20_000, `${performance.now() - start} ms`);
  assert.equal([...session.run({ x: [-1, 0, 1, 2] })["y"]!.slice(-4)], [0, 0, 1, 2]);
});

test.run();
