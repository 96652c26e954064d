import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { RequestError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder, resnet } from "../../src/models/index.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { load, loadNetwork, type LoadOptions, type Session, type Tuning } from "../../src/runtime/index.js";
import type { ConvLayer } from "../../src/runtime/kernels/convolution.js";
import { CONV_KERNELS } from "../../src/runtime/kernels/index.js";
import { convLayerOf } from "../../src/runtime/layers/sparse-convolution.js";
import { verifyAnyNetwork } from "../../src/runtime/verify-any.js";
import { BUILD, difference, drawInputs } from "../ops/oracle.js";
import { memoriesOf } from "./memories.js";

const test = suite("runtime/tune");

/** Convolutions of several kinds, two of them alike, one with a residual sum, beside layers that are none. */
function kinds(): Graph {
  const b = new GraphBuilder(5);
  const stem = b.relu("stem.relu", b.conv("stem", b.input("x", [1, 3, 13, 11]), 8, 3, { bias: true }));
  const twin = b.relu("twin.relu", b.conv("twin", stem, 8, 3));
  const sum = b.relu("sum.relu", b.node("sum", "add", {}, [b.conv("same", twin, 8, 3), stem]));
  const deep = b.conv("deep", sum, 8, 3, { groups: 8 });
  const half = b.conv("half", b.conv("grouped", deep, 6, 1, { groups: 2 }), 9, 3, { stride: 2 });
  const attrs = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], outputPadding: [0, 0], groups: 1 } as const;
  const up = b.node("up", "transposed-conv", attrs, [half, b.weights("up.weight", [9, 4, 2, 2], 0.2)]);
  return b.build("kinds", [b.gemm("y", b.globalPool(b.conv("last", up, 7, 5)), 3)]);
}

const GRAPH = kinds();
const FILE = compile(GRAPH);
const DRAWN = drawInputs(GRAPH);
const INPUTS = { x: DRAWN.get("x")!.data as Float32Array };
const EXPECTED = evaluateGraph(GRAPH, DRAWN).get("y")!.data;
const NAMES = ["stem", "twin", "same", "deep", "grouped", "half", "last"];

const open = (options: LoadOptions = {}) => load(FILE, { build: BUILD, ...options });
const outputsOf = (session: Session) => session.run(INPUTS)["y"]!;
const bitsOf = (session: Session) => [...new Uint32Array(outputsOf(session).buffer)];
const tuningWith = (kernels: object, target: object = {}) =>
  ({ build: BUILD, threads: 1, kernels, ...target }) as unknown as Tuning;
const plannedAs = (session: Session, layer: string) =>
  session.layers.find(({ name }) => name === layer || name.startsWith(`${layer} + `))!;

function computes(session: Session): void {
  const tolerance = Math.max(2 ** -16, ...CONV_KERNELS.map(({ error }) => error)) * 100;
  assert.is(difference(EXPECTED, outputsOf(session), tolerance), undefined);
}

/** Every convolution as its kernels see it. */
async function layersOf(file: Uint8Array): Promise<Map<string, ConvLayer>> {
  const network = await decodeFile(file);
  const { shapes } = verifyAnyNetwork(network);
  const layers = new Map<string, ConvLayer>();
  for (const { name, op, inputs } of network.layers) {
    if (op.type === "convolution") layers.set(name, convLayerOf(op, shapes[inputs[0]!]!));
  }
  return layers;
}

const LAYERS = await layersOf(FILE);
const fitting = (layer: string) => CONV_KERNELS.filter((kernel) => kernel.fits(LAYERS.get(layer)!));

test("a session says what was picked for each convolution, and that it was by rule", async () => {
  const { tuning, layers, build } = await open();
  assert.equal([tuning.build, tuning.threads], [build, 1]);
  assert.equal(Object.keys(tuning.kernels), NAMES);
  const convolutions = layers.filter(({ type }) => type === "convolution");
  assert.equal(
    convolutions.map(({ kernel }) => kernel),
    Object.values(tuning.kernels),
  );
  assert.ok(convolutions.every(({ why }) => why.startsWith("modelled cost: ")));
});

for (const name of NAMES) {
  test(`every kernel that fits ${name} can be had, and computes the same`, async () => {
    assert.ok(fitting(name).length > 1);
    for (const { name: kernel } of fitting(name)) {
      const session = await open({ tuning: tuningWith({ [name]: kernel }) });
      const { kernel: picked, why } = plannedAs(session, name);
      assert.equal([picked, why], [kernel, "as the tuning says"]);
      assert.is(session.tuning.kernels[name], kernel);
      computes(session);
    }
  });
}

test("layers that a tuning leaves out go by the rule", async () => {
  const kernel = fitting("twin").at(-1)!.name;
  const [ruled, tuned] = [await open(), await open({ tuning: tuningWith({ twin: kernel }) })];
  assert.equal(tuned.tuning.kernels, { ...ruled.tuning.kernels, twin: kernel });
  assert.equal((await open({ tuning: tuningWith({}) })).tuning, ruled.tuning);
});

test("a tuning survives JSON, whatever else it carries", async () => {
  const session = await open({ tuning: tuningWith({ stem: fitting("stem").at(-1)!.name }) });
  const text = JSON.stringify({ ...session.tuning, engine: "some engine" });
  const again = await open({ tuning: JSON.parse(text) as Tuning });
  assert.equal(again.tuning, session.tuning);
  assert.equal(bitsOf(again), bitsOf(session));
});

const misfit = CONV_KERNELS.find((kernel) => !kernel.fits(LAYERS.get("last")!))!.name;
const other = BUILD === "baseline" ? "relaxed" : "baseline";

const REFUSED: readonly (readonly [title: string, tuning: unknown, message: RegExp])[] = [
  ["no object", 7, /^tuning: expected an object with build, threads and kernels/],
  ["null", null, /^tuning: expected an object/],
  ["no kernels", { build: BUILD, threads: 1 }, /^tuning: expected an object/],
  ["a layer that is not there", tuningWith({ stump: "x" }), /^tuning: stump: there is no such convolution.*kinds/],
  ["a name that every object has", tuningWith({ ["toString"]: "x" }), /^tuning: toString: there is no such/],
  ["a layer of another type", tuningWith({ up: "x" }), /^tuning: up: is of type transposedConvolution/],
  ["a fused layer's full name", tuningWith({ "stem + stem.relu": "x" }), /there is no such convolution/],
  ["a kernel that does not exist", tuningWith({ last: "magic" }), /^tuning: last: there is no kernel "magic"/],
  ["a kernel that is no name", tuningWith({ last: 3 }), /there is no kernel 3; what fits is/],
  ["a kernel that does not fit", tuningWith({ last: misfit }), new RegExp(`"${misfit}" does not fit this layer; what`)],
  ["another build", tuningWith({}, { build: other }), new RegExp(`build "${other}", this session has "${BUILD}"`)],
  ["another number of threads", tuningWith({}, { threads: 64 }), /^tuning: was made for threads 64, this session/],
  ["no build", tuningWith({}, { build: undefined }), /^tuning: was made for build undefined/],
];

for (const [title, tuning, message] of REFUSED) {
  test(`refuses a tuning with ${title}`, async () => {
    const error: unknown = await open({ tuning: tuning as Tuning }).catch((caught: unknown) => caught);
    assert.instance(error, RequestError, String(error));
    assert.match((error as Error).message, message);
  });
}

test("what fits is named, all of it", async () => {
  const error = (await open({ tuning: tuningWith({ last: "magic" }) }).catch((caught: unknown) => caught)) as Error;
  const named = /what fits is (.*)$/.exec(error.message)![1]!.split(", ");
  assert.equal(
    named.sort(),
    fitting("last")
      .map(({ name }) => name)
      .sort(),
  );
});

test("measuring gives a session that computes the same, and a tuning that gives its bits again", async () => {
  const tuned = await open({ tune: true });
  computes(tuned);
  assert.equal(Object.keys(tuned.tuning.kernels), NAMES);
  for (const name of NAMES) assert.match(plannedAs(tuned, name).why, /^(measured: (\S+ [\d.e-]+ ms(, |$))+|modelled)/);
  assert.ok(tuned.layers.some(({ why }) => why.startsWith("measured: ")));
  const again = await open({ tuning: JSON.parse(JSON.stringify(tuned.tuning)) as Tuning });
  assert.equal(again.tuning, tuned.tuning);
  assert.equal(bitsOf(again), bitsOf(tuned));
});

test("layers that are alike share one measurement; a residual sum is a difference", async () => {
  const session = await load(compile(resnet({ depth: 14, width: 4, size: 8 })), { build: BUILD, tune: true });
  const why = (layer: string) => plannedAs(session, layer).why;
  assert.is(why("layer1.0.conv1"), why("layer1.1.conv1"));
  assert.is(why("layer1.0.conv2"), why("layer1.1.conv2"));
  assert.is.not(why("layer1.0.conv1"), why("layer1.0.conv2"));
});

test("what a tuning says is not measured again", async () => {
  const kernel = fitting("twin").at(-1)!.name;
  const session = await open({ tuning: tuningWith({ twin: kernel }), tune: true });
  assert.is(plannedAs(session, "twin").kernel, kernel);
  assert.is(plannedAs(session, "twin").why, "as the tuning says");
  assert.match(plannedAs(session, "half").why, /^measured: /);
});

test("a network without convolutions has nothing to tune", async () => {
  const b = new GraphBuilder(1);
  const session = await load(compile(b.build("plain", [b.gemm("y", b.input("x", [1, 3]), 2)])), {
    build: BUILD,
    tune: true,
  });
  assert.equal(session.tuning.kernels, {});
});

test("layers of one name are told apart", async () => {
  const b = new GraphBuilder(1);
  const graph = b.build("twins", [b.conv("b", b.conv("a", b.input("x", [1, 4, 6, 6]), 4, 3), 4, 3)]);
  const network = await decodeFile(compile(graph));
  const same = { ...network, layers: network.layers.map((layer) => ({ ...layer, name: "c" })) };
  const { tuning } = await loadNetwork(same, { build: BUILD });
  assert.equal(Object.keys(tuning.kernels), ["c", "c #2"]);
  assert.equal((await loadNetwork(same, { build: BUILD, tuning })).tuning, tuning);
});

/** Runs `body` with this clock. */
async function withClock<T>(now: () => number, body: () => Promise<T>): Promise<T> {
  const original = performance.now;
  performance.now = now;
  try {
    return await body();
  } finally {
    performance.now = original;
  }
}

test("where the clock stands still the rule decides, and says so", async () => {
  const session = await withClock(
    () => 5,
    () => open({ tune: true }),
  );
  assert.equal(session.tuning, (await open()).tuning);
  assert.match(plannedAs(session, "stem").why, /^not measured, the clock stands still; modelled cost: /);
});

test("a coarse clock is enough", async () => {
  const now = performance.now.bind(performance);
  const session = await withClock(
    () => Math.floor(now() * 2) / 2,
    () => open({ tune: true }),
  );
  computes(session);
});

test("no trial needs more memory than the network may have, and one that would is left out", async () => {
  const { totalBytes } = (await open()).memory;
  const { result, memories } = await memoriesOf(() => open({ tune: true, maxBytes: totalBytes }));
  computes(result);
  const most = Math.ceil(totalBytes / 65_536) * 65_536;
  assert.ok(memories.every(({ buffer }) => buffer.byteLength <= most));
  const b = new GraphBuilder(1);
  const graph = b.build("one", [b.conv("only", b.input("x", [1, 64, 4, 4]), 64, 3)]);
  const alone = (await load(compile(graph), { build: BUILD })).memory.totalBytes;
  const session = await load(compile(graph), { build: BUILD, tune: true, maxBytes: alone });
  assert.match(session.layers[0]!.why, /^not measured for want of memory; modelled cost: /);
});

test("a sparse filter and a dense one of the same shape are measured apart", async () => {
  const b = new GraphBuilder(7);
  const thin = b.conv("thin", b.input("x", [1, 16, 12, 12]), 16, 3);
  const graph = b.build("pair", [b.conv("dense", thin, 16, 3)]);
  const { data } = graph.constants.get("thin.weight")!;
  data.forEach((_, i) => {
    if (i % 20 !== 0) data[i] = 0;
  });
  const inputs = drawInputs(graph);
  const session = await load(compile(graph), { build: BUILD, tune: true });
  assert.not.equal(session.tuning.kernels["dense"], "conv_sparse_f32");
  const expected = evaluateGraph(graph, inputs).get("dense")!.data;
  const actual = session.run({ x: inputs.get("x")!.data as Float32Array })["dense"]!;
  assert.is(difference(expected, actual, 1e-3), undefined);
  await load(compile(graph), { build: BUILD, tuning: session.tuning });
});

test.run();
