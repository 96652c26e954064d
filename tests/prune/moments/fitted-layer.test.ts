/** A layer's rows are what its outputs are computed from. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/models/index.js";
import { PANEL } from "../../../src/linalg/second-moments.js";
import { evaluateGraph } from "../../../src/ops/walk.js";
import { fittedLayer } from "../../../src/prune/moments/fitted-layer.js";
import type { Positions } from "../../../src/ops/positions.js";
import { drawPositions, positionsOf } from "../../../src/prune/moments/positions.js";
import type { Graph } from "../../../src/graph/graph.js";
import { ARCHITECTURES, noiseFor } from "../architectures.js";

const test = suite("prune/moments/fitted-layer");

/** Rows that a panel has room for. */
const ROWS = 3;

/** Checks filter x row + bias = output at every position; returns how many layers there were. */
function checkRows(graph: Graph): number {
  const values = evaluateGraph(graph, noiseFor(graph));
  let count = 0;
  for (const node of graph.nodes) {
    const layer = fittedLayer(graph, node);
    if (!layer) continue;
    count++;
    const { width, outputs, groups, positions, filter, bias } = layer;
    const places = Int32Array.from({ length: width }, (_, f) => Math.floor(f / PANEL) * PANEL * ROWS + (f % PANEL));
    const rows = new Float32Array(ROWS * PANEL * Math.ceil(width / PANEL));
    const [x, y] = [node.inputs[0]!, node.outputs[0]!].map((name) => values.get(name)!);
    for (let p = 0; p < positions; p++) {
      for (let channel = 0; channel < groups * outputs; channel++) {
        layer.writeInputs(Float32Array.from(x!.data), Math.floor(channel / outputs), p, rows, places, 2);
        let sum = bias?.data[channel] ?? 0;
        for (let f = 0; f < width; f++) sum += filter.data[channel * width + f]! * rows[places[f]! + 2 * PANEL]!;
        const expected = y!.data[layer.outputAt(channel, p, groups * outputs)]!;
        assert.ok(
          Math.abs(sum - expected) < 1e-5 * Math.max(1, Math.abs(expected)),
          `${node.name}, ${channel} at ${p}`,
        );
      }
    }
  }
  return count;
}

for (const name of [
  "resnet",
  "mobilenet",
  "2 groups",
  "depthwise, twice as many",
  "channels last",
  "flatten",
  "gate",
]) {
  test(`${name}: filter times row is the output`, () => assert.ok(checkRows(ARCHITECTURES[name]!()) > 1));
}

test("strides, dilations and uneven padding", () => {
  const b = new GraphBuilder(1);
  const x = b.input("input", [1, 2, 9, 7]);
  const attrs = { strides: [2, 1], dilations: [1, 2], pads: [2, 1, 0, 3], groups: 1 } as const;
  const graph = b.build("conv", [b.node("conv", "conv", attrs, [x, b.weights("filter", [3, 2, 3, 2], 1)])]);
  assert.is(checkRows(graph), 1);
});

test("pixels that are not computed have the row of the one whose value they take", () => {
  for (const positions of [{ rows: [0, 3], columns: [1, 2, 5] }, { pixels: [7, 20, 35] }]) {
    const b = new GraphBuilder(1);
    const inputs = [b.input("input", [1, 2, 6, 6]), b.weights("filter", [3, 2, 3, 3], 1)];
    const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1, positions } as const;
    assert.is(checkRows(b.build("perforated", [b.node("conv", "conv", attrs, inputs)])), 1);
  }
});

test("of pixels chosen one by one only those that are computed count, of a grid all", () => {
  const layerWith = (positions: Positions) => {
    const b = new GraphBuilder(1);
    const inputs = [b.input("input", [1, 2, 6, 6]), b.weights("filter", [3, 2, 3, 3], 1)];
    const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1, positions } as const;
    const graph = b.build("perforated", [b.node("conv", "conv", attrs, inputs)]);
    return fittedLayer(graph, graph.nodes[0]!)!;
  };
  const pixels = [7, 20, 21, 35];
  const chosen = layerWith({ pixels });
  assert.equal([...positionsOf(chosen, 3, 32)], pixels);
  const two = positionsOf(chosen, 3, 2);
  assert.ok(two.length === 2 && two[0] !== two[1] && two.every((pixel) => pixels.includes(pixel)));
  assert.is(new Set(positionsOf(layerWith({ rows: [0, 3], columns: [1, 2, 5] }), 3, 64)).size, 36);
});

test("positions: distinct, in range, and the same when they are drawn again", () => {
  for (const [positions, count] of [
    [64, 32],
    [32, 32],
    [5, 32],
    [1000, 1],
  ] as const) {
    const drawn = drawPositions("layer", 3, positions, count);
    assert.is(drawn.length, Math.min(positions, count));
    assert.is(new Set(drawn).size, drawn.length);
    assert.ok(drawn.every((p) => p >= 0 && p < positions));
    assert.equal(drawn, drawPositions("layer", 3, positions, count));
  }
  assert.not.equal(drawPositions("layer", 3, 64, 32), drawPositions("layer", 4, 64, 32));
  assert.not.equal(drawPositions("layer", 3, 64, 32), drawPositions("other", 3, 64, 32));
});

test.run();
