/** The training module and its threads. */
import { RequestError } from "../errors.js";
import { type Crew, gatherCrew } from "../runtime/crew.js";
import { type Build, chooseBuild, instantiate } from "../runtime/engine.js";
import { allocate } from "../runtime/session.js";
import { countThreads } from "../runtime/threads.js";

/** THE list of bundled training modules. */
const BUNDLED: { readonly [K in Build]: () => Promise<{ readonly engine: string }> } = {
  baseline: () => import("../gen/engine-training.js"),
  relaxed: () => import("../gen/engine-training-relaxed.js"),
};

const compiled = new Map<Build, Promise<WebAssembly.Module>>();

function moduleOf(build: Build): Promise<WebAssembly.Module> {
  let module = compiled.get(build);
  if (!module) {
    module = BUNDLED[build]().then(({ engine }) => WebAssembly.compile(Buffer.from(engine, "base64")));
    compiled.set(build, module);
  }
  return module;
}

export interface Machine {
  readonly crew: Crew;
  readonly bytes: ArrayBufferLike;
  readonly build: Build;
}

/** Memory of just this size, and so many threads over it. Throws a `RequestError` where the platform does not give them. */
export async function startMachine(bytes: number, threads: number, build: Build, name: string): Promise<Machine> {
  if (bytes > 2 ** 32 - 65_536) {
    const [needs, most] = [bytes, 2 ** 32].map((size) => `${(size / 1e9).toFixed(1)} GB`);
    throw new RequestError(`a step needs ${needs} of memory, there can be ${most}; take a smaller batch`, name);
  }
  const memory = allocate(bytes, name, true);
  const module = await moduleOf(build);
  const instance = instantiate(module, memory);
  const crew = await gatherCrew(instance, module, memory, threads, { count: threads, timeout: 600_000 });
  return { crew, bytes: memory.buffer, build };
}

/** Checks what was asked for. */
export function chooseMachine(threads: number, build: Build | "auto"): { threads: number; build: Build } {
  return { threads: countThreads({ count: threads }), build: chooseBuild(build) };
}
