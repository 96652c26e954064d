/** The engines as imported modules, for Workers, which compile none from bytes. Threads there are none. */
import { RequestError } from "../../errors.js";
import baseline from "../../../engine/baseline.wasm";
import relaxed from "../../../engine/relaxed.wasm";
import type { EngineName, FindEngine } from "../engine.js";

const IMPORTED: { readonly [K in EngineName]?: WebAssembly.Module } = { baseline, relaxed };

export const findImported: FindEngine = async (name) => {
  const module = IMPORTED[name];
  if (!module) throw new RequestError(`there is no engine "${name}" here; leave threads out`);
  return module;
};
