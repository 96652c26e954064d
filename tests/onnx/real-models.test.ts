/** Real models, if the folder that ESPALIER_DATA names is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph, Tensor } from "../../src/graph/graph.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import { readTensorFile } from "../../src/onnx/tensor-file.js";
import { evaluateGraph } from "../../src/ops/walk.js";

const test = suite("onnx/real-models");
const data = process.env["ESPALIER_DATA"];
const root = data ? join(data, "models") : "";

/** Too slow for plain loops in float64, or with operators that are not supported. */
const LEFT_OUT = /^(super_resolution|ultraface)/;
/** Notes that tell what became of a file without a reason to worry. */
const USUAL_NOTES = /computed away \(|^input "\w+" takes batch x .* it became 1x/;
const models = root && existsSync(root) ? readdirSync(root).filter((name) => !LEFT_OUT.test(name)) : [];

const load = (model: string) => readFileSync(join(root, model, "model.onnx"));
const tensorOf = (model: string, file: string) =>
  readTensorFile(readFileSync(join(root, model, "test_data_set_0", file))).tensor;

function run(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const values = evaluateGraph(graph, new Map(graph.inputs.map(({ name }, i) => [name, inputs[i]!])));
  return graph.outputs.map((name) => values.get(name)!);
}

function near(got: Tensor, want: Tensor): void {
  assert.equal(got.shape, want.shape);
  want.data.forEach((value: number, i: number) => {
    const error = Math.abs(got.data[i]! - value);
    assert.ok(error <= 1e-4 + 1e-3 * Math.abs(value), `element ${i} is ${got.data[i]}, expected ${value}`);
  });
}

for (const model of models) {
  test(`${model} computes what it should, and again after a round trip`, () => {
    const { graph, notes } = importOnnx(load(model));
    assert.equal(
      notes.filter((note) => !USUAL_NOTES.test(note)),
      [],
    );
    const inputs = graph.inputs.map((_, i) => tensorOf(model, `input_${i}.pb`));
    const outputs = run(graph, inputs);
    outputs.forEach((output, i) => near(output, tensorOf(model, `output_${i}.pb`)));
    run(importOnnx(exportOnnx(graph)).graph, inputs).forEach((output, i) =>
      assert.equal(output.data, outputs[i]!.data),
    );
  });
}

for (const model of models.filter((name) => name.endsWith("_dynbatch"))) {
  test(`${model} computes two pictures at once`, () => {
    const { graph } = importOnnx(load(model));
    const one = tensorOf(model, "input_0.pb");
    const [n, ...rest] = one.shape;
    const two = { shape: [2 * n!, ...rest], data: Float32Array.from([...one.data, ...one.data]) };
    const [single] = run(graph, [one]);
    const [double] = run(graph, [two]);
    assert.equal([...double!.data], [...single!.data, ...single!.data]);
  });
}

test.run();
