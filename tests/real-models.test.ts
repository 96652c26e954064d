/** Trained networks against the answers that came with them. Runs where ESPALIER_DATA names a folder with models/. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../src/compile/encode.js";
import { readNetwork } from "../src/compile/raise.js";
import type { Graph } from "../src/graph/graph.js";
import { exportOnnx } from "../src/onnx/export.js";
import { importOnnx } from "../src/onnx/import.js";
import { readTensorFile } from "../src/onnx/tensor-file.js";
import { type Build, load } from "../src/runtime/index.js";

const DATA = process.env["ESPALIER_DATA"];
const BUILD = (process.env["ESPALIER_BUILD"] ?? "baseline") as Build;
const MODELS = [
  "mlperf_resnet8_cifar10",
  "mnist_8",
  "mnist_8_optimised",
  "mobilenet_v1_025_224_imagenet",
  "resnet20_cifar10_bn",
  "resnet20_cifar10_bn_dynbatch",
  "resnet20_cifar10_bn_simplified",
  "resnet20_cifar10_folded",
  "resnet20_cifar10_folded_dynbatch",
  "resnet20_cifar10_folded_simplified",
  "super_resolution_10",
  "ultraface_version-RFB-320",
  "ultraface_version-RFB-320_simplified",
];

const test = suite(`trained networks, ${BUILD} build`);
const folder = join(DATA ?? "", "models");
const present = DATA && existsSync(folder) ? MODELS : [];

for (const model of present) {
  test(`${model} gives the answers of every test data set, also compiled, raised and exported again`, async () => {
    const { graph } = importOnnx(readFileSync(join(folder, model, "model.onnx")));
    const compiled = compile(graph);
    const versions = {
      onnx: compiled,
      "esp, raised": compile(await readNetwork(compiled)),
      "exported onnx": compile(importOnnx(exportOnnx(graph)).graph),
    };
    for (const [version, bytes] of Object.entries(versions)) await checkDataSets(model, version, graph, bytes);
  });
}

async function checkDataSets(model: string, version: string, graph: Graph, bytes: Uint8Array): Promise<void> {
  const session = await load(bytes, { build: BUILD });
  for (const set of readdirSync(join(folder, model)).filter((name) => name.startsWith("test_data_set"))) {
    const read = (name: string) => readTensorFile(readFileSync(join(folder, model, set, name))).tensor;
    const outputs = session.run({ [graph.inputs[0]!.name]: read("input_0.pb").data });
    graph.outputs.forEach((name, i) => {
      const actual = outputs[name]!;
      const expected = read(`output_${i}.pb`).data;
      assert.is(actual.length, expected.length);
      const worst = actual.reduce((most, value, k) => {
        const off = Math.abs(value - expected[k]!) / (1e-4 + 1e-3 * Math.abs(expected[k]!));
        return Number.isNaN(off) ? Infinity : Math.max(most, off);
      }, 0);
      assert.ok(worst <= 1, `${version}, ${set}, ${name}: ${worst.toFixed(2)} of what is allowed`);
    });
  }
  session.dispose();
}

test.run();
