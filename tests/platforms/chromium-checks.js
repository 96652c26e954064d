/** Runs inside a page that is served with a strict policy, from a folder where the package is installed: all checks. */
import * as runtime from "./node_modules/espalier/dist/src/runtime/browser.js";
import { runChecks, WEAR, wear } from "./checks.js";

const PACKAGE = "./node_modules/espalier/dist";
const compiled = (build) => WebAssembly.compileStreaming(fetch(`${PACKAGE}/engine/${build}.wasm`));

const samples = await (await fetch("samples.json")).json();

async function check() {
  return runChecks({
    runtime,
    engines: {
      baseline: await compiled("baseline"),
      relaxed: await compiled("relaxed"),
      baselineThreads: await compiled("baseline-threads"),
    },
    engineBytes: new Uint8Array(await (await fetch(`${PACKAGE}/engine/baseline.wasm`)).arrayBuffer()),
    samples,
    files: location.origin,
    platform: { compilesBytes: true, hasThreads: true, hasWorkers: true, runsRelaxed: true },
    worker: () => new Worker(`${PACKAGE}/src/runtime/worker.js`, { type: "module" }),
  });
}

globalThis.checks = check();
globalThis.worn = (stage) => wear({ runtime, samples }, WEAR[stage]);
