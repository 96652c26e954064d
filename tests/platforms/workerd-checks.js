/** Runs inside workerd as a Worker of its own: answers every request with the results of all checks, as JSON. */
import baseline from "espalier/engine/baseline.wasm";
import relaxed from "espalier/engine/relaxed.wasm";
import * as runtime from "espalier/runtime";
import { runChecks } from "./checks.js";
import expected from "./expected.f32";
import input from "./input.f32";
import network from "./network.esp";

const sample = {
  network: new Uint8Array(network),
  input: new Float32Array(input),
  expected: new Float32Array(expected),
};

export default {
  async fetch() {
    const platform = { compilesBytes: false, hasThreads: false };
    return Response.json(await runChecks({ runtime, engines: { baseline, relaxed }, sample, ...platform }));
  },
};
