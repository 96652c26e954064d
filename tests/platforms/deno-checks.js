/** Runs inside Deno, in a folder where the package is installed: all checks, printed as JSON. */
import * as runtime from "espalier/runtime";
import { runChecks } from "./checks.js";

const read = (path) => Deno.readFile(new URL(path, import.meta.url));
const numbers = async (path) => new Float32Array((await read(path)).buffer);
const engine = async (build) => WebAssembly.compile(await read(`node_modules/espalier/dist/engine/${build}.wasm`));

const results = await runChecks({
  runtime,
  engines: {
    baseline: await engine("baseline"),
    relaxed: await engine("relaxed"),
    baselineThreads: await engine("baseline-threads"),
  },
  sample: {
    network: await read("network.esp"),
    input: await numbers("input.f32"),
    expected: await numbers("expected.f32"),
  },
  compilesBytes: true,
  hasThreads: true,
  worker: () => new Worker(import.meta.resolve("espalier/worker"), { type: "module" }),
});
console.log(JSON.stringify(results));
