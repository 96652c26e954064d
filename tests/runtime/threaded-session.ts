/** A small session with several threads, and what stands in the way of threads. */
import { Worker } from "node:worker_threads";
import { compile } from "../../src/compile/encode.js";
import { load, type LoadOptions, type ThreadOptions } from "../../src/runtime/index.js";
import { BUILD } from "../ops/oracle.js";
import { tiny } from "./samples.js";

export const X = { x: [1, 2] };
export const WORKER = new URL("../../src/runtime/worker.js", import.meta.url);
export const open = (threads: ThreadOptions, options: LoadOptions = {}) =>
  load(compile(tiny()), { build: BUILD, ...options, threads });
export const expected = (await load(compile(tiny()), { build: BUILD })).run(X);

/** Workers as the package makes them, where the test can see them. */
export function watched(): { readonly workers: Worker[]; readonly worker: () => Worker } {
  const workers: Worker[] = [];
  const worker = () => {
    workers.push(new Worker(WORKER));
    return workers.at(-1)!;
  };
  return { workers, worker };
}

/** What is written to the console as a warning meanwhile. */
export async function warningsOf(body: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (...words: unknown[]) => warnings.push(words.join(" "));
  try {
    await body();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

/** Runs with a property of an object replaced. */
export async function replaced(target: object, name: string, value: unknown, body: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  try {
    await body();
  } finally {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  }
}
