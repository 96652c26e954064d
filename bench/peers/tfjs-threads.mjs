/**
 * Threads for tfjs-wasm outside browsers. Its binary has them, but it starts its workers from blobs, which Node and Deno do not
 * take, so it says that it has none there; and it uses half of the logical cores at most.
 */
import { createRequire } from "node:module";
import os from "node:os";
import workerThreads from "node:worker_threads";
import { env } from "@tensorflow/tfjs-core";

const require = createRequire(import.meta.url);
const MODULE = "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd";

/** Calls `start`, which starts the back end, where it can have `count` threads; everything is as before afterwards. */
export async function withThreads(count, start) {
  const [{ cpus }, { Worker }] = [os, workerThreads];
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
  os.cpus = () => Array.from({ length: 2 * count }, () => cpus()[0]);
  workerThreads.Worker = class extends Worker {
    constructor() {
      super(workerSource(), { eval: true });
    }
  };
  try {
    return await start();
  } finally {
    os.cpus = cpus;
    workerThreads.Worker = Worker;
  }
}

/** Its own worker, which takes the module from the package instead of from a blob. */
function workerSource() {
  const module = JSON.stringify(require.resolve(`${MODULE}.js`));
  const { wasmWorkerContents } = require(`${MODULE}.worker.js`);
  const fromPackage = `importScripts:function(){global.WasmBackendModuleThreadedSimd=require(${module})}`;
  const source = wasmWorkerContents
    .replaceAll("\n", "\\n")
    .replace(/importScripts:function\(f\)\{[^}]*\}/, fromPackage);
  return `${MADE_WRITABLE}\n${source}`;
}

/** The worker assigns to these, which Deno does not allow as they are. */
const MADE_WRITABLE = `for (const name of ["self", "location", "performance"]) {
  Object.defineProperty(globalThis, name, { value: globalThis[name], writable: true, configurable: true });
}`;
