/** Convolutions that compute some positions, as ONNX can say them: the same numbers. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { fillPositions } from "../../src/onnx/fill-positions.js";
import { importOnnx } from "../../src/onnx/import.js";
import type { NodeOf } from "../../src/ops/index.js";
import type { Positions } from "../../src/ops/positions.js";
import { countMacs, inferShapes } from "../../src/ops/walk.js";
import { graph, opsOf, sameMeaning } from "../passes/meaning.js";

const test = suite("onnx/fill-positions");

interface Window {
  readonly kernel?: number;
  readonly pad?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

function perforated(positions: (oh: number, ow: number) => Positions, { kernel = 3, ...options }: Window = {}): Graph {
  const made = graph(
    (b, x) => [b.relu("relu", b.conv("conv", x, 4, kernel, { ...options, bias: true }))],
    [2, 6, 9, 8],
  );
  const nodes = made.nodes.map((node) => {
    if (node.op !== "conv") return node;
    const [, , oh, ow] = inferShapes(made).get(node.outputs[0]!)!;
    return { ...node, attrs: { ...(node as NodeOf<"conv">).attrs, positions: positions(oh!, ow!) } };
  });
  return { ...made, nodes };
}

const every = (step: number, first: number) => (oh: number, ow: number) => {
  const along = (size: number) => [...Array(size).keys()].filter((i) => i >= first && (i - first) % step === 0);
  return { rows: along(oh), columns: along(ow) };
};

const WINDOWS: readonly Window[] = [
  {},
  { kernel: 1 },
  { kernel: 1, stride: 2 },
  { pad: 0 },
  { kernel: 5, pad: 1 },
  { stride: 2 },
  { dilation: 2 },
  { groups: 2 },
  { pad: 4 },
];

for (const window of WINDOWS) {
  test(`regular grids are strides and a Resize, ${JSON.stringify(window)}`, () => {
    for (const [step, first] of [
      [2, 0],
      [2, 1],
      [3, 0],
      [3, 2],
      [4, 1],
    ] as const) {
      const before = perforated(every(step, first), window);
      const after = fillPositions(before);
      sameMeaning(before, after);
      assert.ok(opsOf(after).includes("resample"));
      assert.is(countMacs(after), countMacs(before));
      sameMeaning(before, importOnnx(exportOnnx(before)).graph);
    }
  });
}

test("a row of few columns, and what ends early", () => {
  for (const positions of [
    { rows: [0], columns: [0] },
    { rows: [8], columns: [7] },
    { rows: [4], columns: [0, 3, 6] },
    { rows: [1, 3], columns: [2, 3, 4] },
    { rows: [2, 5], columns: [0, 1, 2, 3, 4, 5, 6, 7] },
  ]) {
    const before = perforated(() => positions);
    sameMeaning(before, fillPositions(before));
    sameMeaning(before, importOnnx(exportOnnx(before)).graph);
  }
});

test("other positions are a whole convolution and a Gather", () => {
  for (const positions of [{ rows: [0, 1, 4, 8], columns: [0, 3, 6] }, { pixels: [0, 9, 31, 32, 70] }]) {
    const before = perforated(() => positions);
    const after = fillPositions(before);
    sameMeaning(before, after);
    assert.equal(opsOf(after), ["conv", "reshape", "gather", "reshape", "relu"]);
    sameMeaning(before, importOnnx(exportOnnx(before)).graph);
  }
});

test.run();
