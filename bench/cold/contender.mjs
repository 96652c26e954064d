/**
 * Runs in a fresh process, with the contender's name and a folder: loads the runtime, its engine and the network of the folder, and
 * runs it once. Prints the milliseconds from before the first import to the first result, and that result. What a contender only
 * needs here, a graph in code, is ready before the clock starts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [name, folder] = process.argv.slice(2);
const file = (path) => readFileSync(join(folder, path));
const input = new Float32Array(new Uint8Array(file("input.f32")).buffer);

const CONTENDERS = {
  async espalier() {
    const start = performance.now();
    const { load } = await import(pathToFileURL(join(folder, "espalier.mjs")).href);
    const session = await load(file("network.esp"), { engine: file("baseline.wasm") });
    const { logits } = session.run({ input });
    return [start, logits];
  },
  async installed() {
    const start = performance.now();
    const { load } = await import("../../dist/src/runtime/index.js");
    const session = await load(file("network.esp"), { build: "baseline" });
    const { logits } = session.run({ input });
    return [start, logits];
  },
  async ort() {
    const start = performance.now();
    const { openOrt } = await import("../peers/ort.mjs");
    const session = await openOrt(file("network.onnx"), { input: { shape: [1, 3, 32, 32], data: input } });
    const { logits } = await session.run();
    return [start, logits];
  },
  async tfjs() {
    const { importOnnx } = await import("../../dist/src/onnx/import.js");
    const { simplify } = await import("../../dist/src/passes/index.js");
    const graph = simplify(importOnnx(file("network.onnx")).graph);
    const start = performance.now();
    const { openTfjs } = await import("../peers/tfjs.mjs");
    const session = await openTfjs(graph, { input: { shape: [1, 3, 32, 32], data: input } });
    const { logits } = session.run();
    return [start, logits];
  },
};

const [start, logits] = await CONTENDERS[name]();
console.log(JSON.stringify({ milliseconds: performance.now() - start, logits: [...logits] }));
process.exit(0);
