/**
 * The engines as files beside the code, for pages: compiled while they arrive, kept by the browser's caches, and only the one
 * that runs is downloaded. Bundlers that know `new URL(file, import.meta.url)` bring the files along.
 */
import { ModelError } from "../../errors.js";
import type { EngineName, FindEngine } from "../engine.js";

const URLS: { readonly [K in EngineName]: () => URL } = {
  baseline: () => new URL("../../../engine/baseline.wasm", import.meta.url),
  relaxed: () => new URL("../../../engine/relaxed.wasm", import.meta.url),
  "baseline-threads": () => new URL("../../../engine/baseline-threads.wasm", import.meta.url),
  "relaxed-threads": () => new URL("../../../engine/relaxed-threads.wasm", import.meta.url),
};

export const findFetched: FindEngine = async (name) => {
  const wayOut = `hand it in: load(network, { engine: fetch(address of espalier/engine/${name}.wasm) })`;
  try {
    const response = await fetch(URLS[name]());
    if (response.ok) return response;
    throw new Error(`HTTP ${response.status} for ${response.url}`);
  } catch (cause) {
    throw new ModelError(`engine: not found beside the code (${String(cause)}); ${wayOut}`, undefined, { cause });
  }
};
