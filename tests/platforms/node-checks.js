/** Runs inside Node or Deno, in a folder where the package is installed: all checks, printed as JSON. */
import { readFile } from "node:fs/promises";
import { argv, memoryUsage } from "node:process";
import { fileURLToPath } from "node:url";
import * as runtime from "espalier/runtime";
import { judgeWear, runChecks, WEAR, wear } from "./checks.js";

const read = (path) => readFile(fileURLToPath(new URL(path, import.meta.url)));
const bytesOf = (build) => read(`node_modules/espalier/dist/engine/${build}.wasm`);
const runsRelaxed = argv[3] === "relaxed";
const engineBytes = new Uint8Array(await bytesOf("baseline"));

const samples = JSON.parse(await read("samples.json"));
const results = await runChecks({
  runtime,
  engines: {
    baseline: await WebAssembly.compile(engineBytes),
    relaxed: runsRelaxed && (await WebAssembly.compile(new Uint8Array(await bytesOf("relaxed")))),
    baselineThreads: await WebAssembly.compile(new Uint8Array(await bytesOf("baseline-threads"))),
  },
  engineBytes,
  samples,
  files: argv[2],
  platform: { compilesBytes: true, hasThreads: true, hasWorkers: true, runsRelaxed },
});
await wear({ runtime, samples }, WEAR.first);
const before = memoryUsage().rss;
await wear({ runtime, samples }, WEAR.second);
results.push(judgeWear(before, memoryUsage().rss));
console.log(JSON.stringify(results));
