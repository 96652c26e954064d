/** Runs inside an engine: what it is, as a line of JSON. */
import { cpus } from "node:os";
import { hasRelaxedSimd } from "../dist/src/runtime/index.js";

const { node, deno, v8 } = process.versions;
const version = `${deno ?? node} (V8 ${v8})`;
console.log(JSON.stringify({ version, cpu: cpus()[0]?.model.trim() ?? "unknown", relaxed: hasRelaxedSimd() }));
