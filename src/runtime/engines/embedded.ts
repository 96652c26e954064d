/**
 * The engines inside of JavaScript, as base64: nothing to find, nothing to ask permission for, and whatever a bundler does to
 * the files, they stay with the code. Where size counts more, the other modules of this folder fetch or import files.
 */
import type { EngineName, FindEngine } from "../engine.js";

const EMBEDDED: { readonly [K in EngineName]: () => Promise<{ readonly engine: string }> } = {
  baseline: () => import("../../gen/engine-baseline.js"),
  relaxed: () => import("../../gen/engine-relaxed.js"),
  "baseline-threads": () => import("../../gen/engine-baseline-threads.js"),
  "relaxed-threads": () => import("../../gen/engine-relaxed-threads.js"),
};

export const findEmbedded: FindEngine = async (name) => {
  const text = atob((await EMBEDDED[name]()).engine);
  const bytes = new Uint8Array(text.length);
  // Several times as fast, when it runs for the first time, as a callback for each character.
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};
