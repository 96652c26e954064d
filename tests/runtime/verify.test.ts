import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { espalier } from "../../src/gen/network-proto.js";
import type { Graph } from "../../src/graph/graph.js";
import { load } from "../../src/runtime/index.js";
import { LIMITS } from "../../src/runtime/limits.js";
import { constant, single, value } from "../ops/oracle.js";
import { ABOUT, everyLayer, tiny } from "./samples.js";
import { fileOf, networkOf, refuses } from "./wire.js";

const test = suite("runtime/verify");

type Network = espalier.Network;

/** The file of a graph after `change` has had its way with the message. */
function changed(graph: Graph, change: (network: Network) => void): Uint8Array {
  const network = espalier.Network.decode(networkOf(compile(graph)));
  change(network as Network);
  return fileOf(espalier.Network.encode(network).finish());
}

const HUGE = 0xffffffff;
const PLAIN = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const;
const POOL = { ...PLAIN, kernel: [2, 2], ceil: false } as const;

const conv = () => single("conv", { ...PLAIN, groups: 1 }, value(1, 2, 4, 4), constant(3, 2, 1, 1), constant(3));
const pool = () => single("max-pool", POOL, value(1, 2, 4, 4));
const mean = () => single("reduce-mean", { axes: [1, 2], keepDims: false }, value(2, 3, 4));
const slice = () => single("slice", { axes: [0, 1], starts: [0, 1], ends: [2, 3], steps: [1, 1] }, value(2, 3));
const pad = () => single("pad", { before: [0, 1], after: [1, 0], mode: "reflect", value: 0 }, value(2, 3));
const add = () => single("add", {}, value(2, 3), value(2, 3));
const known = () => ({ ...everyLayer(), about: ABOUT });

/** The parts of the only layer. */
const only = (network: Network) => network.layers[0]! as espalier.Layer & Required<espalier.Layer.$Properties>;
const picture = (network: Network) => network.inputs.find(({ name }) => name === "x")!.preprocessing!;

const REFUSED: readonly (readonly [
  title: string,
  graph: () => Graph,
  change: (n: Network) => void,
  message: RegExp,
])[] = [
  ["no inputs", tiny, (n) => (n.inputs = []), /needs an input and an output/],
  ["no outputs", tiny, (n) => (n.outputs = []), /needs an input and an output/],
  ["an input without a name", tiny, (n) => (n.inputs[0]!.name = ""), /input 0 has the name ""/],
  [
    "two inputs of one name",
    add,
    (n) => (n.inputs[1]!.name = "x0"),
    /input 1 has the name "x0", which is empty or taken/,
  ],
  ["two outputs of one name", everyLayer, (n) => (n.outputs[1]!.name = n.outputs[0]!.name!), /output 1 has the name/],
  ["an input of size 0", tiny, (n) => (n.inputs[0]!.shape = [0, 2]), /x: shape 0x2 is out of range/],
  ["an input of huge size", tiny, (n) => (n.inputs[0]!.shape = [HUGE, 2]), /out of range/],
  ["an input of too many elements", tiny, (n) => (n.inputs[0]!.shape = [1 << 20, 1 << 20]), /out of range/],
  ["an input of 9 axes", tiny, (n) => (n.inputs[0]!.shape = [1, 1, 1, 1, 1, 1, 1, 1, 2]), /out of range/],
  [
    "too many layers",
    tiny,
    (n) => (n.layers = Array(LIMITS.count + 1).fill(n.layers[0]!) as never),
    /8193 layers, at most 8192/,
  ],
  [
    "a value read before it is defined",
    tiny,
    (n) => (only(n).inputs = [1]),
    /y: reads value 1, which nothing before it defines/,
  ],
  ["a value that nobody defines", tiny, (n) => (only(n).inputs = [HUGE]), /reads value 4294967295/],
  ["an output that nobody defines", tiny, (n) => (n.outputs[0]!.value = 2), /y: is value 2, which nothing defines/],
  ["a layer that nothing reads", tiny, (n) => (n.outputs[0]!.value = 0), /y: is read by nothing/],
  ["a layer that only an unused layer reads", everyLayer, (n) => n.outputs.splice(0, 2), /is read by nothing/],
  ["one input too many", tiny, (n) => (only(n).inputs = [0, 0]), /dense reads 2 values, expected 1/],
  ["one input too few", add, (n) => (only(n).inputs = [0]), /binary reads 1 values, expected 2/],
  ["no input", tiny, (n) => (only(n).inputs = []), /dense reads 0 values, expected 1/],
  [
    "a concat of nothing",
    () => single("concat", { axis: 0 }, value(2)),
    (n) => (only(n).inputs = []),
    /expected 1 or more/,
  ],
  [
    "weights shorter than their shape",
    tiny,
    (n) => (only(n).dense!.filter!.data = new Uint8Array(15)),
    /filter of shape 2x2 wants 16 bytes as f32, has 15/,
  ],
  [
    "weights longer than their shape",
    tiny,
    (n) => (only(n).dense!.filter!.data = new Uint8Array(20)),
    /wants 16 bytes/,
  ],
  ["no weights", tiny, (n) => (only(n).dense!.filter!.data = new Uint8Array(0)), /wants 16 bytes/],
  ["weights in the other encoding", tiny, (n) => (only(n).dense!.filter!.encoding = 1), /wants 8 bytes as f16, has 16/],
  [
    "weights of size 0",
    tiny,
    (n) => (only(n).dense!.filter!.shape = [0, 2]),
    /filter has shape 0x2, which is out of range/,
  ],
  ["weights of huge size", tiny, (n) => (only(n).dense!.filter!.shape = [HUGE, HUGE]), /out of range/],
  ["weights of three axes", tiny, (n) => (only(n).dense!.filter!.shape = [2, 2, 1]), /filter has 3 axes, expected 2/],
  [
    "a filter that does not fit",
    tiny,
    (n) => (only(n).dense!.filter!.shape = [4, 1]),
    /filter wants 1 input features, input has shape 1x2/,
  ],
  ["a bias that does not fit", conv, (n) => (only(n).convolution!.bias!.shape = [1, 3]), /bias has 2 axes, expected 1/],
  [
    "a bias of another length",
    conv,
    (n) => (only(n).convolution!.bias = { shape: [1], data: new Uint8Array(4) } as never),
    /bias has 1 elements, expected 3/,
  ],
  ["groups of 0", conv, (n) => (only(n).convolution!.groups = 0), /does not fit an input of 2 channels/],
  ["too many groups", conv, (n) => (only(n).convolution!.groups = 2), /does not fit/],
  [
    "strides of 0",
    conv,
    (n) => (only(n).convolution!.strides = [0, 1]),
    /strides are \[0, 1\], expected 2 numbers from 1 on/,
  ],
  ["one stride", conv, (n) => (only(n).convolution!.strides = [1]), /strides are \[1\]/],
  ["dilations of 0", conv, (n) => (only(n).convolution!.dilations = [1, 0]), /dilations are/],
  ["huge dilations", conv, (n) => (only(n).convolution!.dilations = [HUGE, 1]), /dilations are/],
  ["two pads", conv, (n) => (only(n).convolution!.pads = [0, 0]), /pads are \[0, 0\], expected 4/],
  ["huge pads", conv, (n) => (only(n).convolution!.pads = [HUGE, 0, 0, 0]), /pads are/],
  [
    "an output of huge size",
    conv,
    (n) => (only(n).convolution!.pads = [1 << 24, 1 << 24, 1 << 24, 1 << 24]),
    /out of range/,
  ],
  ["a window larger than the input", pool, (n) => (only(n).pool!.kernel = [5, 1]), /window reaches over 5 elements/],
  ["a kernel of 0", pool, (n) => (only(n).pool!.kernel = [0, 1]), /kernel sizes are/],
  ["axes in any order", mean, (n) => (only(n).reduce!.axes = [2, 1]), /axes \[2, 1\] of an input with 3 axes/],
  ["an axis twice", mean, (n) => (only(n).reduce!.axes = [1, 1]), /axes \[1, 1\]/],
  ["an axis too many", mean, (n) => (only(n).reduce!.axes = [1, 3]), /axes \[1, 3\]/],
  ["no axis", mean, (n) => (only(n).reduce!.axes = []), /no axis to reduce/],
  ["a step of 0", slice, (n) => (only(n).slice!.steps = [0, 1]), /steps \[0, 1\]/],
  ["fewer ends than axes", slice, (n) => (only(n).slice!.ends = [2]), /2 axes, but 2 starts, 1 ends/],
  [
    "a slice behind the end",
    slice,
    (n) => (only(n).slice!.ends = [3, 3]),
    /takes 3 elements, 0 to 2, of axis 0, which has 2/,
  ],
  ["a slice in front of the beginning", slice, (n) => (only(n).slice!.starts = [-1, 1]), /of axis 0/],
  ["an empty slice", slice, (n) => (only(n).slice!.ends = [0, 3]), /takes 0 elements/],
  ["a huge slice", slice, (n) => (only(n).slice!.ends = [2147483647, 3]), /of axis 0/],
  ["a reflection of more than there is", pad, (n) => (only(n).pad!.before = [0, 3]), /reflects more of axis 1/],
  ["pads for one axis", pad, (n) => (only(n).pad!.after = [1]), /pads behind are \[1\]/],
  ["huge pads of a pad", pad, (n) => (only(n).pad!.before = [0, HUGE]), /pads in front are/],
  [
    "a permutation with an axis twice",
    () => single("transpose", { permutation: [1, 0] }, value(2, 3)),
    (n) => (only(n).transpose!.permutation = [0, 0]),
    /not a permutation/,
  ],
  [
    "a softmax over an axis too many",
    () => single("softmax", { axis: 1 }, value(2, 3)),
    (n) => (only(n).softmax!.axis = 2),
    /axis 2 of an input with 2 axes/,
  ],
  [
    "a concat along an axis too many",
    () => single("concat", { axis: 1 }, value(2, 3), value(2, 3)),
    (n) => (only(n).concat!.axis = 7),
    /axis 7/,
  ],
  [
    "a reshape to something larger",
    () => single("reshape", { shape: [3, 2] }, value(2, 3)),
    (n) => (only(n).reshape!.shape = [7]),
    /2x3 cannot become 7/,
  ],
  [
    "a reshape with two sizes to work out",
    () => single("reshape", { shape: [3, 2] }, value(1, 1, 6)),
    (n) => (only(n).reshape!.shape = [-1, -1]),
    /cannot become/,
  ],
  [
    "a clip to nothing",
    () => single("relu", {}, value(2)),
    (n) => (only(n).clip!.max = -1),
    /clips to between 0 and -1/,
  ],
  ["a clip to NaN", () => single("relu", {}, value(2)), (n) => (only(n).clip!.min = NaN), /clips to between NaN/],
  [
    "matrices that do not fit",
    () => single("matmul", {}, value(2, 3), value(3, 2)),
    (n) => (n.inputs[1]!.shape = [2, 2]),
    /no matrix product of 2x3 and 2x2/,
  ],
  ["shapes that do not broadcast", add, (n) => (n.inputs[1]!.shape = [2, 2]), /do not broadcast/],
  ["a picture of another size", known, (n) => (picture(n).width = 9), /x: pictures of 9 x 8 in bgr, nchw, do not fit/],
  ["a picture in the other layout", known, (n) => (picture(n).layout = 1), /do not fit/],
  ["a grey picture", known, (n) => (picture(n).colour = 2), /do not fit/],
  ["std of NaN", known, (n) => (picture(n).std = [1, NaN, 1]), /mean or std is not a finite number/],
  ["std of 0", known, (n) => (picture(n).std = [1, 0, 1]), /std is 0/],
  ["an infinite mean", known, (n) => (picture(n).mean = [0, Infinity, 0]), /not a finite number/],
  ["two means for three colours", known, (n) => (picture(n).mean = [0, 0]), /2 numbers for 3 colours/],
];

for (const [title, graph, change, message] of REFUSED) {
  test(`refuses ${title}`, () => refuses(() => load(changed(graph(), change)), message));
}

test("an unchanged network is accepted after the same treatment", async () => {
  for (const graph of [tiny, conv, pool, mean, slice, pad, add, known]) await load(changed(graph(), () => {}));
});

/** Requests that are sound, small as files, and too large to grant; each must be refused at once. */
const TOO_LARGE: readonly (readonly [title: string, file: () => Uint8Array])[] = [
  [
    "a step for each of 2^24 rows",
    () => changed(single("gemm", {}, value(1, 1), constant(1, 1)), (n) => (n.inputs[0]!.shape = [1 << 24, 1])),
  ],
  ["a step for each of 2^24 images", () => changed(conv(), (n) => (n.inputs[0]!.shape = [1 << 24, 2, 1, 1]))],
  [
    "a step for each of 2^24 products",
    () =>
      changed(single("matmul", {}, value(1, 1, 1), value(1, 1, 1)), (n) =>
        n.inputs.forEach((x) => (x.shape = [1 << 24, 1, 1])),
      ),
  ],
  ["512 MiB of padding", () => changed(pool(), (n) => (only(n).pool!.pads = [1 << 12, 1 << 12, 1 << 12, 1 << 12]))],
];

for (const [title, file] of TOO_LARGE) {
  test(`refuses ${title}, at once`, async () => {
    const bytes = file();
    const start = performance.now();
    await refuses(() => load(bytes, { maxBytes: 1 << 26 }), /bytes of memory, the limit is|more than \d+ steps/);
    assert.ok(performance.now() - start < 5_000);
  });
}

test("a window as long as its padded input is planned at once", async () => {
  const long = (n: Network) =>
    Object.assign(only(n).pool!, { kernel: [1 << 20, 1], pads: [0, 0, 1 << 21, 0], kind: 1 });
  const start = performance.now();
  const session = await load(changed(single("max-pool", POOL, value(1, 1, 4, 2)), long), { build: "baseline" });
  assert.is(session.outputs[0]!.shape[2], (1 << 20) + 5);
  assert.ok(performance.now() - start < 5_000);
});

test.run();
