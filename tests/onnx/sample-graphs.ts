/** For each operator small graphs that hold it, so that tests can loop over the list of operators. */
import { NOTHING_KNOWN } from "../../src/graph/about.js";
import type { Graph, Shape, Tensor } from "../../src/graph/graph.js";
import { type AttrsOf, makeNode, type OpName } from "../../src/ops/index.js";
import type { Pads, Pair } from "../../src/ops/window.js";

/** The same numbers between -1 and 1 for the same seed (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function noise(shape: Shape, seed: number): Tensor {
  const next = random(seed);
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next) };
}

interface Sample<K extends OpName> {
  readonly attrs: AttrsOf<K>;
  /** Computed inputs. */
  readonly on: readonly Shape[];
  readonly constants?: readonly Tensor[];
}

const window = { strides: [2, 1] as Pair, dilations: [1, 1] as Pair, pads: [1, 0, 1, 1] as Pads };
const pool = { ...window, kernel: [3, 2] as Pair, ceil: false };
const image: Shape = [1, 3, 6, 5];
const positive = (shape: Shape, seed: number): Tensor => {
  const { data } = noise(shape, seed);
  return { shape, data: data.map((v: number) => v * v + 0.1) as Float32Array };
};

const transposed = { ...window, outputPadding: [0, 0] as Pair, groups: 1 };
const resized: AttrsOf<"resample"> = {
  mode: "linear",
  coordinates: "half_pixel",
  nearest: "round_prefer_floor",
  cubic: -0.75,
  excludeOutside: false,
  antialias: false,
  outside: 0,
  axes: [2, 3],
  sizes: [12, 9],
  scales: [2, 9 / 5],
  starts: [],
  ends: [],
};

/** A missing operator does not compile. */
const SAMPLES: { readonly [K in OpName]: readonly Sample<K>[] } = {
  abs: [{ attrs: {}, on: [image] }],
  add: [
    { attrs: {}, on: [image, image] },
    { attrs: {}, on: [image], constants: [noise([3, 1, 1], 2)] },
  ],
  "arg-max": [
    { attrs: { axis: 1, keepDims: true, last: false }, on: [image] },
    { attrs: { axis: 3, keepDims: false, last: true }, on: [image] },
  ],
  "arg-min": [
    { attrs: { axis: 1, keepDims: true, last: false }, on: [image] },
    { attrs: { axis: 3, keepDims: false, last: true }, on: [image] },
  ],
  "average-pool": [
    { attrs: { ...pool, countPadding: true }, on: [image] },
    { attrs: { ...pool, countPadding: false, ceil: true }, on: [image] },
    { attrs: { ...pool, countPadding: false, dilations: [2, 1] }, on: [image] },
  ],
  "batch-norm": [
    {
      attrs: { epsilon: Math.fround(1e-3) },
      on: [image],
      constants: [noise([3], 2), noise([3], 3), noise([3], 4), positive([3], 5)],
    },
    {
      attrs: { epsilon: 0 },
      on: [image],
      constants: [noise([1, 3], 2), noise([3], 3), noise([3, 1], 4), positive([3], 5)],
    },
  ],
  ceil: [{ attrs: {}, on: [image] }],
  celu: [{ attrs: { alpha: 0.75 }, on: [image] }],
  clip: [
    { attrs: { min: -0.25, max: 0.5 }, on: [image] },
    { attrs: { min: -Infinity, max: 0.5 }, on: [image] },
    { attrs: { min: -0.25, max: Infinity }, on: [image] },
    { attrs: { min: -Infinity, max: Infinity }, on: [image] },
  ],
  concat: [{ attrs: { axis: 1 }, on: [image, [1, 2, 6, 5]] }],
  conv: [
    { attrs: { ...window, groups: 1 }, on: [image], constants: [noise([4, 3, 3, 2], 2), noise([4], 3)] },
    { attrs: { ...window, groups: 3, dilations: [1, 2] }, on: [image], constants: [noise([6, 1, 3, 2], 2)] },
    {
      attrs: { ...window, groups: 1, positions: { pixels: [1, 3, 4, 10] } },
      on: [image],
      constants: [noise([4, 3, 3, 2], 2), noise([4], 3)],
    },
    {
      attrs: { ...window, groups: 1, positions: { rows: [0, 2], columns: [0, 1, 4] } },
      on: [image],
      constants: [noise([4, 3, 3, 2], 2), noise([4], 3)],
    },
  ],
  div: [
    { attrs: {}, on: [image, [1, 3, 1, 1]] },
    { attrs: {}, on: [image], constants: [{ shape: [3, 1, 1], data: Float32Array.of(0.5, 2, -4) }] },
  ],
  elu: [{ attrs: { alpha: 0.75 }, on: [image] }],
  erf: [{ attrs: {}, on: [image] }],
  exp: [{ attrs: {}, on: [image] }],
  flatten: [
    { attrs: { axis: 1 }, on: [image] },
    { attrs: { axis: 3 }, on: [image] },
  ],
  gather: [
    { attrs: { axis: 1, indices: [2, 0, 0] }, on: [image] },
    { attrs: { axis: 3, indices: [4] }, on: [image] },
  ],
  floor: [{ attrs: {}, on: [image] }],
  gelu: [{ attrs: {}, on: [image] }],
  "gelu-tanh": [{ attrs: {}, on: [image] }],
  gemm: [
    { attrs: {}, on: [[1, 5]], constants: [noise([4, 5], 2), noise([4], 3)] },
    { attrs: {}, on: [[1, 5]], constants: [noise([4, 5], 2), noise([4, 1], 3)] },
    { attrs: {}, on: [[1, 5]], constants: [noise([4, 5], 2)] },
    { attrs: {}, on: [image], constants: [noise([4, 5], 2), noise([4], 3)] },
    { attrs: {}, on: [[1, 2, 5]], constants: [noise([4, 5], 2)] },
  ],
  "global-average-pool": [{ attrs: {}, on: [image] }],
  "group-norm": [
    {
      attrs: { groups: 2, epsilon: Math.fround(1e-3) },
      on: [[1, 4, 6, 5]],
      constants: [noise([4], 2), noise([4], 3)],
    },
    { attrs: { groups: 2, epsilon: Math.fround(1e-3) }, on: [[1, 4, 6]] },
  ],
  identity: [{ attrs: {}, on: [image] }],
  "instance-norm": [
    { attrs: { epsilon: Math.fround(1e-3) }, on: [image], constants: [noise([3], 2), noise([3, 1], 3)] },
  ],
  "layer-norm": [
    { attrs: { axis: 3, epsilon: Math.fround(1e-3) }, on: [image], constants: [noise([5], 2), noise([5], 3)] },
    { attrs: { axis: 1, epsilon: Math.fround(1e-3) }, on: [image], constants: [noise([3, 1, 1], 2)] },
    { attrs: { axis: 2, epsilon: Math.fround(1e-3) }, on: [image] },
  ],
  "log-softmax": [
    { attrs: { axis: 1 }, on: [image] },
    { attrs: { axis: 3 }, on: [image] },
  ],
  lrn: [{ attrs: { size: 3, alpha: 0.5, beta: 0.75, bias: 2 }, on: [image] }],
  "hard-sigmoid": [{ attrs: { alpha: 0.125, beta: 0.5 }, on: [image] }],
  "hard-swish": [{ attrs: {}, on: [image] }],
  "leaky-relu": [{ attrs: { alpha: 0.125 }, on: [image] }],
  log: [{ attrs: {}, on: [image] }],
  matmul: [
    {
      attrs: {},
      on: [
        [1, 2, 3],
        [1, 3, 4],
      ],
    },
  ],
  max: [
    { attrs: {}, on: [image, [1, 3, 1, 1]] },
    { attrs: {}, on: [image], constants: [noise([3, 1, 1], 2)] },
  ],
  "max-pool": [
    { attrs: pool, on: [image] },
    { attrs: { ...pool, ceil: true, dilations: [2, 2], pads: [0, 0, 0, 0] }, on: [image] },
  ],
  min: [
    { attrs: {}, on: [image, [1, 3, 1, 1]] },
    { attrs: {}, on: [image], constants: [noise([3, 1, 1], 2)] },
  ],
  mish: [{ attrs: {}, on: [image] }],
  mul: [{ attrs: {}, on: [image, [1, 3, 1, 1]] }],
  neg: [{ attrs: {}, on: [image] }],
  pad: [
    { attrs: { before: [0, 1, 2, 0], after: [0, 0, 1, 3], mode: "constant", value: 0.5 }, on: [image] },
    { attrs: { before: [0, 0, 2, 0], after: [0, 0, 1, 3], mode: "reflect", value: 0 }, on: [image] },
    { attrs: { before: [0, 0, 2, 0], after: [0, 0, 1, 3], mode: "edge", value: 0 }, on: [image] },
  ],
  "reduce-l1": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  "reduce-l2": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  "reduce-log-sum": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  "reduce-log-sum-exp": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  "reduce-max": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  pow: [
    { attrs: {}, on: [image, [1, 3, 1, 1]] },
    { attrs: {}, on: [image], constants: [positive([3, 1, 1], 2)] },
  ],
  prelu: [{ attrs: {}, on: [image], constants: [noise([3, 1, 1], 2)] }],
  reciprocal: [{ attrs: {}, on: [image] }],
  "reduce-mean": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
    { attrs: { axes: [], keepDims: false }, on: [image] },
  ],
  "reduce-min": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  "reduce-prod": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  "reduce-sum": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  "reduce-sum-square": [
    { attrs: { axes: [2, 3], keepDims: true }, on: [image] },
    { attrs: { axes: [1], keepDims: false }, on: [image] },
  ],
  relu: [{ attrs: {}, on: [image] }],
  resample: [
    { attrs: { ...resized, mode: "nearest" }, on: [image] },
    { attrs: { ...resized, coordinates: "half_pixel_symmetric", scales: [2, 1.8125] }, on: [image] },
    { attrs: { ...resized, coordinates: "crop", starts: [0.25, 0], ends: [0.5, 1.5], outside: 0.5 }, on: [image] },
    { attrs: { ...resized, mode: "cubic", cubic: -0.5, excludeOutside: true }, on: [image] },
    { attrs: { ...resized, antialias: true, sizes: [3, 2], scales: [0.5, 2 / 5] }, on: [image] },
    { attrs: { ...resized, sizes: [2, 2], scales: [0.4, 0.4] }, on: [image] },
    { attrs: { ...resized, axes: [1, 3], sizes: [2, 3], scales: [0.6, 0.6] }, on: [image] },
  ],
  reshape: [
    { attrs: { shape: [0, -1, 2] }, on: [image] },
    { attrs: { shape: [1, 90] }, on: [image] },
  ],
  "rms-norm": [
    { attrs: { axis: 3, epsilon: Math.fround(1e-3) }, on: [image], constants: [noise([5], 2)] },
    { attrs: { axis: 2, epsilon: Math.fround(1e-3) }, on: [image] },
  ],
  round: [{ attrs: {}, on: [image] }],
  scatter: [
    { attrs: { axis: 1, indices: [0, 2, 3], size: 5 }, on: [image] },
    { attrs: { axis: 3, indices: [1, 2, 3, 5, 6], size: 7 }, on: [image] },
  ],
  selu: [{ attrs: { alpha: 1.5, gamma: 1.25 }, on: [image] }],
  shrink: [{ attrs: { lambda: 0.25, bias: 0.125 }, on: [image] }],
  sigmoid: [{ attrs: {}, on: [image] }],
  sign: [{ attrs: {}, on: [image] }],
  silu: [
    { attrs: { alpha: 1 }, on: [image] },
    { attrs: { alpha: 1.5 }, on: [image] },
  ],
  slice: [
    { attrs: { axes: [2, 3], starts: [1, 0], ends: [6, 4], steps: [2, 1] }, on: [image] },
    { attrs: { axes: [1], starts: [2], ends: [-1], steps: [-1] }, on: [image] },
  ],
  softmax: [
    { attrs: { axis: 1 }, on: [image] },
    { attrs: { axis: 3 }, on: [image] },
  ],
  softplus: [{ attrs: {}, on: [image] }],
  softsign: [{ attrs: {}, on: [image] }],
  sqrt: [{ attrs: {}, on: [image] }],
  sub: [
    { attrs: {}, on: [image, [1, 3, 1, 1]] },
    { attrs: {}, on: [image], constants: [noise([3, 1, 1], 2)] },
  ],
  tanh: [{ attrs: {}, on: [image] }],
  "thresholded-relu": [{ attrs: { alpha: 0.125 }, on: [image] }],
  transpose: [{ attrs: { permutation: [0, 2, 3, 1] }, on: [image] }],
  "transposed-conv": [
    { attrs: transposed, on: [image], constants: [noise([3, 4, 3, 2], 2), noise([4], 3)] },
    {
      attrs: { ...transposed, groups: 3, dilations: [1, 2], outputPadding: [1, 0] },
      on: [image],
      constants: [noise([3, 2, 3, 2], 2)],
    },
  ],
  trunc: [{ attrs: {}, on: [image] }],
};

function sampleGraph<K extends OpName>(op: K, { attrs, on, constants = [] }: Sample<K>, batch: string): Graph {
  const inputs = on.map((shape, i) => ({ name: `x${i}`, shape, batch }));
  const weights = constants.map((tensor, i) => [`w${i}`, tensor] as const);
  const names = [...inputs.map(({ name }) => name), ...weights.map(([name]) => name)];
  return {
    name: `sample of ${op}`,
    inputs,
    outputs: ["y"],
    nodes: [makeNode(op, attrs, names, "y", `the ${op}`)],
    constants: new Map(weights),
    about: NOTHING_KNOWN,
  };
}

/** Throws for an operator without samples. */
export function sampleGraphs(op: string, batch = ""): readonly Graph[] {
  const samples = SAMPLES[op as OpName] as readonly Sample<OpName>[] | undefined;
  if (!samples) throw new Error(`no sample graph for "${op}"; add one here`);
  return samples.map((sample) => sampleGraph(op as OpName, sample, batch));
}

/** A small network with most kinds of layers. */
export function sampleNetwork(): Graph {
  const conv = { strides: [1, 1] as Pair, dilations: [1, 1] as Pair, pads: [1, 1, 1, 1] as Pads, groups: 1 };
  return {
    name: "sample network",
    inputs: [{ name: "x", shape: [1, 2, 4, 4], batch: "n" }],
    outputs: ["y"],
    nodes: [
      makeNode("conv", conv, ["x", "f1", "b1"], "c1"),
      makeNode("batch-norm", { epsilon: Math.fround(1e-5) }, ["c1", "gamma", "beta", "mean", "variance"], "n1"),
      makeNode("clip", { min: 0, max: 6 }, ["n1"], "a1"),
      makeNode("conv", conv, ["a1", "f2"], "c2"),
      makeNode("add", {}, ["c2", "a1"], "s"),
      makeNode("pad", { before: [0, 1, 0, 0], after: [0, 0, 0, 0], mode: "constant", value: 0 }, ["s"], "p"),
      makeNode("slice", { axes: [2], starts: [0], ends: [4], steps: [2] }, ["p"], "t"),
      makeNode("reshape", { shape: [0, -1] }, ["t"], "flat"),
      makeNode("gemm", {}, ["flat", "f3", "b3"], "y"),
    ],
    constants: new Map([
      ["f1", noise([3, 2, 3, 3], 1)],
      ["b1", noise([3], 2)],
      ["gamma", noise([3], 3)],
      ["beta", noise([3], 4)],
      ["mean", noise([3], 5)],
      ["variance", positive([3], 6)],
      ["f2", noise([3, 3, 3, 3], 7)],
      ["f3", noise([5, 32], 8)],
      ["b3", noise([5], 9)],
    ]),
    about: { ...NOTHING_KNOWN, labels: ["a", "b", "c", "d", "e"], task: "classes" },
  };
}
