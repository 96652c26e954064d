/** Runs inside workerd as a Worker of its own: answers every request with the results of all checks, as JSON. */
import baseline from "espalier/engine/baseline.wasm";
import relaxed from "espalier/engine/relaxed.wasm";
import * as runtime from "espalier/runtime";
import engineBytes from "./baseline.bytes";
import { runChecks } from "./checks.js";
import samples from "./samples.json";

export default {
  async fetch(request) {
    const results = await runChecks({
      runtime,
      engines: { baseline, relaxed },
      engineBytes: new Uint8Array(engineBytes),
      samples,
      files: new URL(request.url).searchParams.get("files"),
      platform: { compilesBytes: false, hasThreads: false, hasWorkers: false, runsRelaxed: true },
    });
    return Response.json(results);
  },
};
