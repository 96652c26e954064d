/** Small networks in which channels meet in every way that pruning must follow. Weights are seeded, so each is always the same. */
import type { Graph, Shape, Tensor } from "../../src/graph/graph.js";
import { sizeOf } from "../../src/graph/graph.js";
import { GraphBuilder, mobilenetV2, resnet, vgg } from "../../src/models/index.js";
import { foldBatchNorm } from "../../src/passes/fold-batch-norm.js";
import { uniform } from "../../src/random.js";

export const SIZE = 8;

/** A body between a picture and a dense layer over the mean of each channel. */
export function classifier(body: (b: GraphBuilder, x: string) => string, seed = 1): Graph {
  const b = new GraphBuilder(seed);
  return head(b, body(b, b.input("input", [1, 3, SIZE, SIZE])));
}

function head(b: GraphBuilder, x: string): Graph {
  const flat = b.node("flatten", "flatten", { axis: 1 }, [b.node("pool", "global-average-pool", {}, [x])]);
  return b.build("test", [b.gemm("logits", flat, 5)]);
}

export const concat = (b: GraphBuilder, name: string, inputs: readonly string[], axis = 1): string =>
  b.node(name, "concat", { axis }, inputs);

/** Channels `start` to `end`. */
export function channels(b: GraphBuilder, name: string, x: string, start: number, end: number, step = 1): string {
  return b.node(name, "slice", { axes: [1], starts: [start], ends: [end], steps: [step] }, [x]);
}

export const transpose = (b: GraphBuilder, name: string, x: string, permutation: readonly number[]): string =>
  b.node(name, "transpose", { permutation }, [x]);

export const reshape = (b: GraphBuilder, name: string, x: string, shape: readonly number[]): string =>
  b.node(name, "reshape", { shape }, [x]);

function convRelu(b: GraphBuilder, name: string, x: string, oc: number, kernel = 3): string {
  return b.relu(`${name}.relu`, b.conv(name, x, oc, kernel, { bias: true }));
}

/** Two branches, one behind the other. */
function concatenated(b: GraphBuilder, x: string): string {
  const both = concat(b, "concat", [convRelu(b, "left", x, 6), convRelu(b, "right", x, 5, 1)]);
  return convRelu(b, "after", both, 6);
}

/** A trunk of which one half goes one way and one the other. */
function split(b: GraphBuilder, x: string): string {
  const trunk = convRelu(b, "trunk", x, 8);
  const low = convRelu(b, "low", channels(b, "first", trunk, 0, 4), 5);
  const high = convRelu(b, "high", channels(b, "second", trunk, 4, 8), 5);
  return b.node("sum", "add", {}, [low, high]);
}

/** Only some of the channels go on in one branch, all of them in another. */
function tapped(b: GraphBuilder, x: string): string {
  const trunk = convRelu(b, "trunk", x, 8);
  const some = convRelu(b, "some", channels(b, "tap", trunk, 2, 6), 4);
  return concat(b, "concat", [some, convRelu(b, "all", trunk, 4)]);
}

function grouped(groups: number) {
  return (b: GraphBuilder, x: string): string => {
    const wide = convRelu(b, "before", x, 16);
    const middle = b.relu("grouped.relu", b.conv("grouped", wide, 12, 3, { groups, bias: true }));
    return convRelu(b, "after", middle, 6, 1);
  };
}

/** Each channel becomes two. */
function multiplied(b: GraphBuilder, x: string): string {
  const wide = convRelu(b, "before", x, 6);
  const deep = b.batchNorm("depthwise.bn", b.conv("depthwise", wide, 12, 3, { groups: 6, bias: true }));
  return convRelu(b, "after", deep, 6, 1);
}

/** The same block, channels last: transposes around a dense layer over the channels. */
function channelsLast(b: GraphBuilder, x: string): string {
  const planar = convRelu(b, "before", x, 7);
  const last = transpose(b, "to_last", planar, [0, 2, 3, 1]);
  const dense = b.relu("dense.relu", b.gemm("dense", last, 9));
  const first = transpose(b, "to_first", dense, [0, 3, 1, 2]);
  return convRelu(b, "after", first, 5);
}

/** Squeeze and excite: a factor for each channel that is computed from all of them. */
function gated(b: GraphBuilder, x: string): string {
  const trunk = b.relu("trunk.relu", b.batchNorm("trunk.bn", b.conv("trunk", x, 8, 3)));
  const squeezed = convRelu(b, "squeeze", b.node("mean", "global-average-pool", {}, [trunk]), 4, 1);
  const excited = b.node("excite.clip", "clip", { min: 0, max: 1 }, [b.conv("excite", squeezed, 8, 1, { bias: true })]);
  return convRelu(b, "after", b.node("gate", "mul", {}, [trunk, excited]), 6);
}

/** One filter that two convolutions use. */
function shared(b: GraphBuilder, x: string): string {
  const [left, right] = [convRelu(b, "left", x, 6), convRelu(b, "right", x, 6)];
  const filter = b.weights("shared.weight", [7, 6, 3, 3], 0.2);
  const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 } as const;
  const once = b.relu("once.relu", b.node("once", "conv", attrs, [left, filter]));
  const again = b.relu("again.relu", b.node("again", "conv", attrs, [right, filter]));
  return convRelu(b, "after", concat(b, "concat", [once, again]), 6);
}

/** A value that is concatenated with itself. */
function twice(b: GraphBuilder, x: string): string {
  const trunk = convRelu(b, "trunk", x, 6);
  return convRelu(b, "after", concat(b, "concat", [trunk, trunk]), 6);
}

/** A value behind which some of its own channels follow: channels of one convolution that cost differently. */
function partlyTwice(b: GraphBuilder, x: string): string {
  const trunk = convRelu(b, "trunk", x, 6);
  return convRelu(b, "after", concat(b, "concat", [trunk, channels(b, "part", trunk, 0, 3)]), 6);
}

/** Halves that go different ways without weights and meet again: neither may lose all of its channels. */
function parted(b: GraphBuilder, x: string): string {
  const trunk = b.conv("trunk", x, 8, 3);
  const low = b.relu("low", channels(b, "first", trunk, 0, 4));
  const high = b.node("high", "clip", { min: -1, max: 1 }, [channels(b, "second", trunk, 4, 8)]);
  return convRelu(b, "after", concat(b, "concat", [high, low]), 6);
}

/** Channels dealt out like cards, as ShuffleNet does. */
function shuffled(b: GraphBuilder, x: string): string {
  const wide = b.relu("grouped.relu", b.conv("grouped", convRelu(b, "before", x, 8), 12, 3, { groups: 2 }));
  const cards = reshape(b, "deal", wide, [1, 2, 6, SIZE, SIZE]);
  const mixed = reshape(b, "gather", transpose(b, "mix", cards, [0, 2, 1, 3, 4]), [1, 12, SIZE, SIZE]);
  return b.relu("after.relu", b.conv("after", mixed, 8, 3, { groups: 2 }));
}

/** Constants of all ranks that meet channels elementwise, on either side. */
function factors(b: GraphBuilder, x: string): string {
  const trunk = b.conv("trunk", x, 7, 3);
  const scaled = b.node("scaled", "mul", {}, [b.weights("factor", [7, 1, 1], 1), trunk]);
  const shifted = b.node("shifted", "add", {}, [scaled, b.weights("offset", [1, 7, 1, 1], 1)]);
  const placed = b.node("placed", "mul", {}, [shifted, b.weights("mask", [1, 1, SIZE, SIZE], 1)]);
  const sum = b.node("plane", "add", {}, [placed, b.weights("plane.offset", [7, SIZE, SIZE], 1)]);
  return convRelu(b, "after", b.node("scalar", "mul", {}, [sum, b.weights("number", [], 1)]), 5);
}

/** Zeros and other constants in place of channels that are not there. */
function padded(b: GraphBuilder, x: string): string {
  const attrs = { before: [0, 2, 0, 1], after: [0, 1, 0, 1], mode: "constant", value: 0.5 } as const;
  return convRelu(b, "after", b.node("pad", "pad", attrs, [convRelu(b, "trunk", x, 5)]), 6);
}

/** A picture of which channels go on beside those of a convolution. */
function withPicture(b: GraphBuilder, x: string): string {
  return convRelu(b, "after", concat(b, "concat", [x, convRelu(b, "trunk", x, 6)]), 6);
}

/** Two rows of pictures on top of each other: joined along the height. */
function stacked(b: GraphBuilder, x: string): string {
  const rows = concat(b, "concat", [convRelu(b, "top", x, 6), convRelu(b, "bottom", x, 6)], 2);
  return convRelu(b, "after", rows, 5);
}

/** Planes that a dense layer reads, every pixel with a weight of its own. */
function flattened(): Graph {
  const b = new GraphBuilder(1);
  const x = convRelu(b, "conv", b.input("input", [1, 3, 4, 4]), 6);
  const hidden = b.relu("hidden.relu", b.gemm("hidden", b.node("flatten", "flatten", { axis: 1 }, [x]), 8));
  return b.build("flattened", [b.gemm("logits", hidden, 4)]);
}

/** Two inputs that meet, and two outputs. */
function severalEnds(): Graph {
  const b = new GraphBuilder(1);
  const left = convRelu(b, "left", b.input("a", [1, 3, SIZE, SIZE]), 6);
  const right = convRelu(b, "right", b.input("b", [1, 2, SIZE, SIZE]), 6);
  const joined = convRelu(b, "joined", b.node("sum", "add", {}, [left, right]), 8);
  const planes = b.conv("planes", joined, 2, 1);
  const flat = b.node("flatten", "flatten", { axis: 1 }, [b.node("pool", "global-average-pool", {}, [joined])]);
  return b.build("several ends", [planes, b.gemm("logits", flat, 4)]);
}

const STAGES = [
  [1, 4, 1, 1],
  [3, 6, 2, 2],
] as const;

/** THE list of networks that the laws of pruning are demanded of. */
export const ARCHITECTURES: Readonly<Record<string, () => Graph>> = {
  resnet: () => resnet({ depth: 8, width: 4, size: SIZE }),
  "resnet without batch norm": () => foldBatchNorm(resnet({ depth: 8, width: 4, size: SIZE })),
  vgg: () => vgg({ layers: [6, "pool", 8, "pool"], size: SIZE, hidden: [10], classes: 4 }),
  mobilenet: () => mobilenetV2({ stages: STAGES, stem: 4, head: 10, size: 16, classes: 4 }),
  concat: () => classifier(concatenated),
  split: () => classifier(split),
  tap: () => classifier(tapped),
  "2 groups": () => classifier(grouped(2)),
  "4 groups": () => classifier(grouped(4)),
  "depthwise, twice as many": () => classifier(multiplied),
  "channels last": () => classifier(channelsLast),
  gate: () => classifier(gated),
  "shared weights": () => classifier(shared),
  "concat with itself": () => classifier(twice),
  "concat with a part of itself": () => classifier(partlyTwice),
  "halves without weights": () => classifier(parted),
  shuffle: () => classifier(shuffled),
  "elementwise constants": () => classifier(factors),
  "padded channels": () => classifier(padded),
  "beside the picture": () => classifier(withPicture),
  "joined by height": () => classifier(stacked),
  flatten: flattened,
  "several inputs and outputs": severalEnds,
};

/** One of each way in which channels hang together. */
const DISTINCT = [
  "resnet",
  "resnet without batch norm",
  "vgg",
  "mobilenet",
  "concat",
  "gate",
  "shared weights",
  "shuffle",
  "padded channels",
  "several inputs and outputs",
];

const SLOW = Boolean(process.env["ESPALIER_SLOW"]);

/** What the laws are demanded on of every method: with ESPALIER_SLOW all, which takes minutes. */
export const LAWFUL = Object.entries(ARCHITECTURES).filter(([name]) => SLOW || DISTINCT.includes(name));

/**
 * What of a list is tried together with the entries of these numbers of two other lists: with ESPALIER_SLOW all, else a third, in
 * turn, so that any two entries of two lists meet.
 */
export function inTurn<T>(list: readonly T[], first: number, second: number): readonly T[] {
  const turns = SLOW ? 1 : Math.min(3, list.length);
  return list.filter((_, i) => i % turns === (first + second) % turns);
}

/** Numbers between -1 and 1 for every input. */
export function noiseFor(graph: Graph, seed = 1): Map<string, Tensor> {
  const next = uniform(seed);
  return new Map(graph.inputs.map(({ name, shape }) => [name, noise(shape, next)]));
}

export function noise(shape: Shape, next: () => number): Tensor & { readonly data: Float32Array } {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => 2 * next() - 1) };
}
