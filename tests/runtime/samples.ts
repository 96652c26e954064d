/** Small graphs that between them have every type of layer, and what every file may carry besides. */
import type { About } from "../../src/graph/about.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";

const PERFORATED = {
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  groups: 1,
  positions: { rows: [0, 3, 6], columns: [1, 2, 5, 7] },
} as const;
const WINDOW = { strides: [2, 2], dilations: [1, 1], pads: [0, 1, 1, 0] } as const;

/** Every type of layer once or more; two inputs, three outputs. */
export function everyLayer(): Graph {
  const b = new GraphBuilder(11);
  const x = b.input("x", [1, 3, 8, 8]);
  const gate = b.input("gate", [1, 4, 1, 1]);
  const c = b.node("c", "conv", PERFORATED, [
    b.conv("first", x, 4, 3, { bias: true }),
    b.weights("c.weight", [4, 4, 1, 1], 1),
  ]);
  const gated = b.node("gated", "mul", {}, [c, gate]);
  const shifted = b.node("shifted", "add", {}, [gated, b.weights("shift", [8, 1], 1)]);
  const six = b.node("six", "clip", { min: 0, max: 6 }, [b.batchNorm("bn", shifted)]);
  const largest = b.node("largest", "max-pool", { ...WINDOW, kernel: [2, 3], ceil: true }, [six]);
  const mean = b.node("mean", "average-pool", { ...WINDOW, kernel: [2, 3], ceil: true, countPadding: true }, [six]);
  const both = b.node("both", "concat", { axis: 1 }, [largest, mean]);
  const padded = b.node("padded", "pad", { before: [0, 0, 1, 0], after: [0, 0, 0, 1], mode: "edge", value: 0.5 }, [
    both,
  ]);
  const halved = b.node("halved", "slice", { axes: [1, 3], starts: [7, 0], ends: [-1, 4], steps: [-2, 1] }, [padded]);
  const turned = b.node("turned", "transpose", { permutation: [0, 1, 3, 2] }, [halved]);
  const square = b.node("square", "matmul", {}, [halved, turned]);
  const rows = b.node("rows", "reduce-mean", { axes: [2], keepDims: false }, [square]);
  const flat = b.node("flat", "reshape", { shape: [0, -1] }, [rows]);
  const logits = b.gemm("logits", b.node("sigmoid", "sigmoid", {}, [moved(b, flat)]), 3);
  return b.build("every-layer", [b.node("probabilities", "softmax", { axis: 1 }, [logits]), logits, "both"]);
}

/** Through what moves, resamples, normalises: n x f to n x 4. */
function moved(b: GraphBuilder, x: string): string {
  const features = b.shapeOf(x)[1]!;
  const plane = b.node("plane", "reshape", { shape: [0, 1, 1, features] }, [x]);
  const attrs = { strides: [2, 1], dilations: [1, 1], pads: [0, 1, 0, 0], outputPadding: [0, 0], groups: 1 } as const;
  const filter = b.weights("up.weight", [1, 4, 2, 2], 0.5);
  const up = b.node("up", "transposed-conv", attrs, [plane, filter, b.weights("up.bias", [4], 0.1)]);
  const picked = b.node("picked", "gather", { axis: 1, indices: [3, 0, 0, 2] }, [up]);
  const spread = b.node("spread", "scatter", { axis: 1, indices: [0, 1, 3, 4], size: 5 }, [picked]);
  const taken = b.node("taken", "gather", { axis: 1, indices: [0, 2, 3, 4] }, [spread]);
  const resized = b.node("resized", "resample", RESIZED, [taken]);
  const normed = b.node("normed", "instance-norm", { epsilon: 1e-3 }, [
    resized,
    b.weights("normed.scale", [4], 1),
    b.weights("normed.bias", [4], 1),
  ]);
  const places = b.node("places", "arg-max", { axis: 3, keepDims: true, last: false }, [normed]);
  return b.node("placed", "reduce-mean", { axes: [2, 3], keepDims: false }, [places]);
}

const RESIZED = {
  mode: "linear",
  coordinates: "half_pixel",
  nearest: "round_prefer_floor",
  cubic: -0.75,
  excludeOutside: false,
  antialias: false,
  outside: 0,
  axes: [3],
  sizes: [6],
  scales: [1.5],
  starts: [],
  ends: [],
} as const;

/** What a file carries besides its mathematics. */
export const ABOUT: About = {
  labels: ["cat", "dog", "größer"],
  task: "classes",
  preprocessing: {
    x: { width: 8, height: 8, layout: "nchw", colour: "bgr", mean: [0.5, 0.25, 0.125], std: [1, 2, 0.5] },
  },
  provenance: [
    { step: "prune", detail: "--method l1", measurements: [{ name: "macs", before: 10, after: 5.5 }] },
    { step: "compile", detail: "", measurements: [] },
  ],
};

/** A file of some 130 bytes: small enough to be broken in every way. */
export function tiny(): Graph {
  const b = new GraphBuilder(12);
  return b.build("tiny", [b.gemm("y", b.input("x", [1, 2]), 2)]);
}

/** Convolutions whose zeros are anywhere, in blocks of two output channels, and in the same taps of all of them. */
export function thinned(): Graph {
  const b = new GraphBuilder(13);
  const x = b.input("x", [1, 4, 7, 7]);
  const strided = b.conv("strided", b.conv("blocks", b.conv("free", x, 6, 3), 6, 3), 6, 3, { bias: true });
  const graph = b.build("thinned", [b.gemm("y", b.node("flat", "reshape", { shape: [1, -1] }, [strided]), 3)]);
  const thin = (name: string, isZero: (row: number, column: number) => boolean) => {
    const { shape, data } = graph.constants.get(`${name}.weight`)!;
    const columns = data.length / shape[0]!;
    data.forEach((_, i) => isZero(Math.floor(i / columns), i % columns) && (data[i] = 0));
  };
  thin("free", (row, column) => (row * 5 + column * 7) % 9 > 2);
  thin("blocks", (row, column) => ((row >> 1) + column * 4) % 7 > 2);
  thin("strided", (_, column) => column % 2 === 1 || Math.floor((column % 9) / 3) === 1);
  thin("y", (_, column) => column % 5 < 3);
  return graph;
}
