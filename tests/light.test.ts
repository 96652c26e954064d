/**
 * The well-known networks of ONNX's own tests, with weights that one node fills, against the answers that came with them. Runs
 * where ESPALIER_DATA names a folder with conformance/light/; the large ones also ask for ESPALIER_SLOW.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../src/compile/encode.js";
import { sizeOf } from "../src/graph/graph.js";
import { importOnnx } from "../src/onnx/import.js";
import { readTensorFile } from "../src/onnx/tensor-file.js";
import { type Build, load } from "../src/runtime/index.js";

const DATA = process.env["ESPALIER_DATA"];
const BUILD = (process.env["ESPALIER_BUILD"] ?? "baseline") as Build;

/** The process stays below 300 MB. */
const SMALL = ["light_inception_v1", "light_squeezenet"];
/** Up to 3 GB, and up to half a minute. */
const LARGE = ["light_bvlc_alexnet", "light_resnet50", "light_vgg19"];

const test = suite(`light networks, ${BUILD} build`);
const folder = join(DATA ?? "", "conformance/light");
const asked = process.env["ESPALIER_SLOW"] ? [...SMALL, ...LARGE] : SMALL;
const present = DATA && existsSync(folder) ? asked : [];

for (const model of present) {
  test(`${model} gives the answer that came with it`, async () => {
    const { graph } = importOnnx(readFileSync(join(folder, `${model}.onnx`)));
    const session = await load(compile(graph), { build: BUILD });
    const ones = session.inputs.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape)).fill(1)] as const);
    const outputs = session.run(Object.fromEntries(ones));
    session.dispose();
    assert.is(graph.outputs.length, 1);
    const expected = readTensorFile(readFileSync(join(folder, `${model}_output_0.pb`))).tensor.data;
    const actual = outputs[graph.outputs[0]!]!;
    assert.is(actual.length, expected.length);
    const wrong = actual.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= 1e-6 * Math.abs(expected[i]!)));
    assert.is(wrong, -1, `element ${wrong}: expected ${expected[wrong]}, got ${actual[wrong]}`);
  });
}

test.run();
