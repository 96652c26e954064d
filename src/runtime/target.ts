import type { Build } from "./engine.js";

/** What a plan is made for, as far as it decides which kernel is fastest. */
export interface Target {
  readonly build: Build;
  readonly threads: number;
  /** The engine checks the bounds of every load by instructions of its own, so that loads are dear. */
  readonly checksLoads: boolean;
}

/** Deno switches off the traps by which the others check bounds for nothing. */
export const checksLoads = "Deno" in globalThis;
