import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { MODELS } from "../../src/models/index.js";
import { initialise } from "../../src/train/initialise.js";

const test = suite("train/initialise");

const numbers = (graph: Graph, name: string) => graph.constants.get(name)!.data as Float32Array;
const every = (graph: Graph, name: string, value: number) =>
  assert.ok(
    numbers(graph, name).every((number) => number === value),
    `${name} is ${value}`,
  );

/** Deviation of a constant against what it should be; a hundredth for ten thousand numbers. */
function deviates(graph: Graph, name: string, expected: number): void {
  const data = numbers(graph, name);
  const square = data.reduce((sum, value) => sum + value * value, 0) / data.length;
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const tolerance = 4 / Math.sqrt(data.length);
  assert.ok(Math.abs(Math.sqrt(square) / expected - 1) < tolerance, `${name}: ${Math.sqrt(square)}, not ${expected}`);
  assert.ok(Math.abs(mean / expected) < tolerance, `${name} has mean ${mean}`);
}

test("filters, norms and the last layer of a residual network", () => {
  const graph = initialise(MODELS["resnet20_32"]!({ classes: 100 }), 1);
  deviates(graph, "conv1.weight", Math.sqrt(2 / 27));
  deviates(graph, "layer3.2.conv2.weight", Math.sqrt(2 / (64 * 9)));
  deviates(graph, "logits.weight", Math.sqrt(1 / 64));
  every(graph, "logits.bias", 0);
  for (const [part, value] of Object.entries({ gamma: 1, beta: 0, mean: 0, variance: 1 }))
    every(graph, `bn1.${part}`, value);
});

test("depthwise filters and hidden dense layers: by what one output sums up", () => {
  deviates(initialise(MODELS["mobilenet_v2_32"]!(), 1), "block5.1.depthwise.conv.weight", Math.sqrt(2 / 9));
  const lenet = initialise(MODELS["lenet5"]!(), 1);
  deviates(lenet, "fc1.weight", Math.sqrt(2 / 400));
  every(lenet, "conv1.bias", 0);
});

test("slopes, factors and offsets; constants in front of the first layer stay", () => {
  const b = new GraphBuilder(3);
  const centred = b.node("centred", "sub", {}, [
    b.input("input", [1, 3, 4, 4]),
    b.constant("mean", [3, 1, 1], () => 7),
  ]);
  const x = b.node("prelu", "prelu", {}, [b.conv("first", centred, 5, 3), b.constant("slope", [5, 1, 1], () => 9)]);
  const scaled = b.node("scaled", "mul", {}, [x, b.constant("factor", [5, 1, 1], () => 9)]);
  const moved = b.node("moved", "add", {}, [scaled, b.constant("offset", [5, 1, 1], () => 9)]);
  const graph = initialise(b.build("parts", [b.gemm("last", b.globalPool(moved), 4)]), 1);
  for (const [name, value] of Object.entries({ slope: 0.25, factor: 1, offset: 0, mean: 7 })) every(graph, name, value);
});

test("the same seed gives the same numbers, another seed others; the given graph stays", () => {
  const graph = MODELS["resnet8_32"]!();
  const before = [...numbers(graph, "conv1.weight")];
  const weights = (seed: number) => [...numbers(initialise(graph, seed), "conv1.weight")];
  assert.equal(weights(1), weights(1));
  assert.not.equal(weights(1), weights(2));
  assert.equal([...numbers(graph, "conv1.weight")], before);
});

test.run();
