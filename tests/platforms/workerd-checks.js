/**
 * Runs inside workerd as a Worker of its own: answers with the results of all checks, as JSON; `/wear/first` and `/wear/second` wear
 * the runtime out instead, `/benchmark` measures a network.
 */
import { benchmarkHandler } from "espalier/benchmark";
import baseline from "espalier/engine/baseline.wasm";
import relaxed from "espalier/engine/relaxed.wasm";
import * as runtime from "espalier/runtime";
import engineBytes from "./baseline.bytes";
import { runChecks, WEAR, wear } from "./checks.js";
import samples from "./samples.json";

const network = Uint8Array.from(atob(samples.classifier.network), (character) => character.charCodeAt(0));
const measure = benchmarkHandler(runtime.load, [{ name: "dense", network }], { build: "baseline" });

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/benchmark") return measure(request);
    if (pathname.startsWith("/wear/")) {
      await wear({ runtime, samples }, WEAR[pathname.slice("/wear/".length)]);
      return new Response("worn");
    }
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
