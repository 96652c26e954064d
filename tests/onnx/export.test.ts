/** Graphs to ONNX and back: the same numbers for every operator, and what the file says. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { onnx } from "../../src/gen/onnx.js";
import type { Graph } from "../../src/graph/graph.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import { OPS } from "../../src/ops/index.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { noise, sampleGraphs, sampleNetwork } from "./sample-graphs.js";

const test = suite("onnx/export");

/** With this many pictures where the batch is symbolic. */
function outputs(graph: Graph, batch = 1): readonly { shape: readonly number[]; data: readonly number[] }[] {
  const inputs = graph.inputs.map((input, i) => {
    const shape = input.batch ? [batch, ...input.shape.slice(1)] : input.shape;
    return [input.name, noise(shape, 10 + i)] as const;
  });
  const values = evaluateGraph(graph, new Map(inputs));
  return graph.outputs.map((name) => ({ shape: values.get(name)!.shape, data: [...values.get(name)!.data] }));
}

/** A dense layer may come back as product and sum, which adds in another order. */
function near(got: Graph, want: Graph): void {
  outputs(want).forEach(({ shape, data }, output) => {
    const other = outputs(got)[output]!;
    assert.equal(other.shape, shape);
    data.forEach((value, i) =>
      assert.ok(Object.is(other.data[i], value) || Math.abs(other.data[i]! - value) < 1e-12, `element ${i}`),
    );
  });
}

for (const op of OPS.keys()) {
  test(`${op} survives a round trip`, () => {
    for (const graph of sampleGraphs(op)) {
      const { graph: again, notes } = importOnnx(exportOnnx(graph));
      assert.equal(notes, []);
      near(again, graph);
      assert.equal(again.inputs, graph.inputs);
      assert.is(again.nodes.at(-1)!.name, `the ${op}`);
    }
  });
}

test("a network survives a round trip, with another batch size too", () => {
  const graph = sampleNetwork();
  const { graph: again } = importOnnx(exportOnnx(graph));
  assert.equal(again, graph);
  assert.equal(outputs(again, 3), outputs(graph, 3));
});

test("exporting twice gives the same bytes", () => {
  const once = exportOnnx(sampleNetwork());
  assert.equal(exportOnnx(importOnnx(once).graph), once);
});

test("the file says who wrote it, for which opset, and which size is the batch", () => {
  const model = onnx.ModelProto.decode(exportOnnx(sampleNetwork()) as never);
  assert.is(model.producerName, "espalier");
  assert.is(Number(model.irVersion), 7);
  assert.equal(
    model.opsetImport.map(({ version }) => Number(version)),
    [13],
  );
  const first = (info: onnx.ValueInfoProto.$Properties | undefined) =>
    info?.type?.tensorType?.shape?.dim?.[0]?.dimParam;
  assert.is(first(model.graph?.input?.[0]), "n");
  assert.is(first(model.graph?.output?.[0]), "n");
  assert.ok(model.graph?.initializer?.every(({ rawData }) => rawData!.length > 0));
});

test("a fixed batch is written as a number", () => {
  const model = onnx.ModelProto.decode(exportOnnx(sampleGraphs("relu")[0]!) as never);
  assert.is(Number(model.graph?.output?.[0]?.type?.tensorType?.shape?.dim?.[0]?.dimValue), 1);
});

test("an output that does not follow the batch keeps its size", () => {
  const [mean] = sampleGraphs("reduce-mean", "n");
  const graph = { ...mean!, nodes: mean!.nodes.map((node) => ({ ...node, attrs: { axes: [0], keepDims: true } })) };
  const model = onnx.ModelProto.decode(exportOnnx(graph) as never);
  assert.is(Number(model.graph?.output?.[0]?.type?.tensorType?.shape?.dim?.[0]?.dimValue), 1);
});

test("a newer opset is only written where it is needed", () => {
  const opsets = sampleGraphs("average-pool").map((graph) => importOnnx(exportOnnx(graph)).opset);
  assert.equal(opsets, [13, 13, 19]);
});

test("a reduction is written as opset 18 wants it where another node needs 19", () => {
  const dilated = sampleGraphs("average-pool").at(-1)!;
  const [mean] = sampleGraphs("reduce-mean");
  const pooled = dilated.nodes.map((node) => ({ ...node, outputs: ["p"] }));
  const reduced = mean!.nodes.map((node) => ({ ...node, inputs: ["p"] }));
  const graph = { ...dilated, nodes: [...pooled, ...reduced] };
  assert.equal(outputs(importOnnx(exportOnnx(graph)).graph), outputs(graph));
});

test.run();
