import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Abi } from "../../assembly/abi.js";
import { compile } from "../../src/compile/encode.js";
import { RequestError } from "../../src/errors.js";
import { countMacs } from "../../src/ops/walk.js";
import { GraphBuilder, resnet } from "../../src/models/index.js";
import { load, type Session } from "../../src/runtime/index.js";
import { BUILD, complaint, drawInputs } from "../ops/oracle.js";
import { memoriesOf } from "./memories.js";
import { ABOUT, everyLayer, tiny } from "./samples.js";

const test = suite("runtime/session");

const GRAPH = { ...everyLayer(), about: ABOUT };
const FILE = compile(GRAPH);

type Given = Parameters<Session["run"]>[0];

const inputs = (seed = 7): Given =>
  Object.fromEntries([...drawInputs(GRAPH, seed)].map(([name, { data }]) => [name, data]));
const open = () => load(FILE, { build: BUILD });

function fails(run: () => unknown, message: RegExp): void {
  assert.throws(run, (error: unknown) => error instanceof RequestError && message.test(error.message));
}

test("says what it is", async () => {
  const session = await open();
  assert.is(session.name, "every-layer");
  assert.is(session.build, BUILD);
  assert.equal(
    session.inputs.map(({ name, shape }) => [name, shape]),
    [
      ["x", [1, 3, 8, 8]],
      ["gate", [1, 4, 1, 1]],
    ],
  );
  assert.equal(session.inputs[0]!.preprocessing, ABOUT.preprocessing["x"]);
  assert.is(session.inputs[1]!.preprocessing, undefined);
  assert.equal(
    session.outputs.map(({ name }) => name),
    ["probabilities", "logits", "both"],
  );
  assert.equal(session.outputs[0]!.shape, [1, 3]);
  assert.equal(session.labels, ABOUT.labels);
  assert.is(session.task, "classes");
  assert.equal(session.provenance, ABOUT.provenance);
  assert.is(session.macs, countMacs(GRAPH));
});

const WRONG: readonly (readonly [
  title: string,
  change: (given: Record<string, Given[string]>) => Given,
  message: RegExp,
])[] = [
  ["a missing input", ({ gate }) => ({ gate: gate! }), /^x: no value was given for this input of shape 1x3x8x8/],
  ["no input at all", () => ({}), /^x: no value was given/],
  ["an unknown name", (given) => ({ ...given, y: [1] }), /^y: no such input; there is x, gate/],
  ["too few numbers", (given) => ({ ...given, gate: [1, 2, 3] }), /^gate: expected 4 numbers \(1x4x1x1\), got 3/],
  ["too many numbers", (given) => ({ ...given, gate: new Float32Array(5) }), /^gate: expected 4 numbers/],
  ["no numbers", (given) => ({ ...given, gate: [] }), /^gate: expected 4 numbers/],
];

for (const [title, change, message] of WRONG) {
  test(`refuses ${title}, and still runs afterwards`, async () => {
    const session = await open();
    fails(() => session.run(change(inputs() as Record<string, Given[string]>)), message);
    fails(() => session.profile(change(inputs() as Record<string, Given[string]>)), message);
    assert.equal(session.run(inputs()), (await open()).run(inputs()));
  });
}

test("numbers of any kind go in as they are", async () => {
  const session = await load(compile(tiny()), { build: BUILD });
  const expected = session.run({ x: Float32Array.of(3, 200) });
  for (const x of [[3, 200], Float64Array.of(3, 200), Uint8Array.of(3, 200)])
    assert.equal(session.run({ x }), expected);
});

test("outputs are fresh arrays that later runs leave alone", async () => {
  const session = await open();
  const first = session.run(inputs(1));
  const copy = structuredClone(first);
  const second = session.run(inputs(2));
  assert.equal(first, copy);
  assert.not.equal(first, second);
  first["logits"]!.fill(0);
  assert.equal(session.run(inputs(2)), second);
});

test("inputs are read, not kept or changed", async () => {
  const given = inputs();
  const copy = structuredClone(given);
  (await open()).run(given);
  assert.equal(given, copy);
});

test("two sessions side by side do not disturb each other", async () => {
  const expected = [1, 2].map(async (seed) => (await open()).run(inputs(seed)));
  const [a, b] = [await open(), await open()];
  const runs = [a.run(inputs(1)), b.run(inputs(2)), a.run(inputs(1)), b.run(inputs(2))];
  assert.equal(runs.slice(0, 2), await Promise.all(expected));
  assert.equal(runs.slice(2), runs.slice(0, 2));
  a.dispose();
  assert.equal(b.run(inputs(2)), runs[1]);
});

test("a session that was disposed says so", async () => {
  const session = await open();
  session.dispose();
  session.dispose();
  fails(() => session.run(inputs()), /every-layer: this session was disposed; load the network again/);
  fails(() => session.profile(inputs()), /this session was disposed/);
});

test("all memory is made at once, in whole pages, and never grows", async () => {
  const { result: session, memories } = await memoriesOf(open);
  const { totalBytes, constantBytes, stepBytes, arenaBytes, arenaLowerBound } = session.memory;
  assert.is(memories.length, 1);
  assert.is(memories[0]!.buffer.byteLength, Math.ceil(totalBytes / 65_536) * 65_536);
  assert.is(session.peakBytes, totalBytes);
  assert.ok(constantBytes + stepBytes + arenaBytes <= totalBytes);
  assert.ok(arenaLowerBound <= arenaBytes);
  const before = memories[0]!.buffer;
  const given = inputs();
  const { memories: later } = await memoriesOf(async () => {
    for (let i = 0; i < 1000; i++) session.run(given);
  });
  assert.is(later.length, 0);
  assert.is(memories[0]!.buffer, before);
  assert.throws(() => memories[0]!.grow(1));
});

/** Buffers of 8 x 8 floats that a network of elementwise layers needs. */
async function buffersOf(layers: (b: GraphBuilder, x: string) => string): Promise<number> {
  const b = new GraphBuilder(1);
  const session = await load(compile(b.build("elementwise", [layers(b, b.input("x", [1, 1, 8, 8]))])));
  assert.is(session.memory.arenaBytes, session.memory.arenaLowerBound);
  return session.memory.arenaBytes / (4 * 64 + Abi.slackBytes);
}

test("an output takes over the memory of an operand that nobody reads any more", async () => {
  const chain = (b: GraphBuilder, x: string) => b.node("z", "neg", {}, [b.node("y", "exp", {}, [x])]);
  assert.is(await buffersOf(chain), 1);
  const sum = (b: GraphBuilder, x: string) => b.node("s", "add", {}, [chain(b, x), b.node("w", "abs", {}, [x])]);
  assert.is(await buffersOf(sum), 2);
  const both = (b: GraphBuilder, x: string) => b.node("s", "sub", {}, [b.node("t", "tanh", {}, [x]), x]);
  assert.is(await buffersOf(both), 2);
});

test("what is concatenated is computed in its place, if nobody else reads it", async () => {
  const b = new GraphBuilder(1);
  const x = b.input("x", [1, 4, 6, 6]);
  const parts = [b.relu("r", b.conv("one", x, 5, 1)), b.conv("three", x, 6, 3), b.relu("read", x)];
  const graph = b.build("fire", [b.node("y", "concat", { axis: 1 }, parts)]);
  const session = await load(compile(graph), { build: BUILD });
  // One copy is left: of what an elementwise layer computed.
  const { type, steps } = session.layers.at(-1)!;
  assert.equal({ type, steps }, { type: "concat", steps: 1 });
  assert.is(await complaint(graph), undefined);
});

test("a profile covers every layer and every step", async () => {
  const session = await open();
  const times = session.profile(inputs(), 3);
  assert.equal(
    times.map(({ milliseconds: _, meanMilliseconds: __, ...layer }) => layer),
    session.layers,
  );
  assert.ok(times.every(({ milliseconds }) => milliseconds >= 0));
  let next = 0;
  for (const { firstStep, steps } of session.layers) {
    assert.is(firstStep, next);
    next += steps;
  }
  assert.is(session.memory.stepBytes, 128 * next);
  assert.is(
    session.layers.reduce((sum, { macs }) => sum + macs, 0),
    session.macs,
  );
  const named = new Set(session.layers.flatMap(({ name }) => name.split(" + ")));
  assert.equal(
    GRAPH.nodes.map(({ name }) => name).filter((name) => !named.has(name)),
    [],
  );
  assert.ok(session.layers.every(({ kernel, why }) => kernel !== "" && why !== ""));
});

test("layers count what they move: weights, what they read, what they write", async () => {
  const b = new GraphBuilder(1);
  const x = b.input("x", [1, 4, 6, 6]);
  const sum = b.node("sum", "add", {}, [b.conv("c", x, 8, 1), b.conv("d", x, 8, 1)]);
  const flat = b.node("flat", "flatten", { axis: 1 }, [sum]);
  const { layers, memory } = await load(compile(b.build("counted", [flat])), { build: BUILD });
  const [c, d, view] = layers;
  assert.ok(c!.weightBytes >= 4 * 8 * 4 && memory.constantBytes >= c!.weightBytes + d!.weightBytes);
  assert.is(c!.bytes, c!.weightBytes + 4 * 36 * (4 + 8));
  // The second one adds the first one's output to its own.
  assert.is(d!.bytes, d!.weightBytes + 4 * 36 * (4 + 8 + 8));
  assert.equal({ bytes: view!.bytes, steps: view!.steps }, { bytes: 0, steps: 0 });
});

test("a profile leaves the same outputs behind as a run", async () => {
  const [profiled, run] = [await open(), await open()];
  profiled.profile(inputs(5), 1);
  assert.equal(profiled.run(inputs(6)), run.run(inputs(6)));
});

/** Of the float32 outputs. It changes only with the seeded numbers, or with the order in which a kernel sums. */
const GOLDEN = "33a4fe3a108327448e82f2623188c11d3651b094851871981610be3f56d9076d";

test("the baseline build gives resnet20's bits", async () => {
  const graph = resnet({ depth: 20, seed: 1 });
  const given = Object.fromEntries([...drawInputs(graph)].map(([name, { data }]) => [name, data]));
  const session = await load(compile(graph), { build: "baseline" });
  const { logits } = session.run(given);
  assert.is(createHash("sha256").update(new Uint8Array(logits!.buffer)).digest("hex"), GOLDEN);
});

test.run();
