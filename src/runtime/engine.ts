/** The WebAssembly engine: which build, from where, and one instance of it. */
import { ModelError, RequestError } from "../errors.js";

export type Build = "baseline" | "relaxed";

/** What an engine module says of itself in its custom section "espalier": its name and the number of this interface. */
export const ENGINE_SECTION = "espalier";
/** Raised whenever assembly/abi.ts changes what a plan means. */
export const ENGINE_INTERFACE = 2;

// (func (result v128) (i8x16.relaxed_swizzle (i8x16.splat (i32.const 1)) (i8x16.splat (i32.const 2))))
const RELAXED_PROBE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  15,
  1,
  13,
  0,
  65,
  1,
  253,
  15,
  65,
  2,
  253,
  15,
  253,
  128,
  2,
  11,
);

/** Whether this platform has relaxed SIMD. Uses validation only, which every platform allows. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(RELAXED_PROBE);
}

/** The build to use. Throws a `RequestError` where the one that was insisted on cannot run. */
export function chooseBuild(wanted: Build | "auto"): Build {
  if (!["auto", "baseline", "relaxed"].includes(wanted)) {
    throw new RequestError(`no build "${wanted}"; there is auto, baseline, relaxed`);
  }
  if (wanted === "auto") return hasRelaxedSimd() ? "relaxed" : "baseline";
  if (wanted === "relaxed" && !hasRelaxedSimd()) {
    throw new RequestError(`build "relaxed": this platform has no relaxed SIMD; ask for "baseline" or "auto"`);
  }
  return wanted;
}

/** What an engine module calls itself. */
type EngineName = Build | `${Build}-threads`;

/** THE list of bundled engines. */
const BUNDLED: { readonly [K in EngineName]: () => Promise<{ readonly engine: string }> } = {
  baseline: () => import("../gen/engine-baseline.js"),
  relaxed: () => import("../gen/engine-relaxed.js"),
  "baseline-threads": () => import("../gen/engine-baseline-threads.js"),
  "relaxed-threads": () => import("../gen/engine-relaxed-threads.js"),
};

const compiled = new Map<EngineName, Promise<WebAssembly.Module>>();

/** The bundled engine, compiled once; after a failure, anew. */
function bundledModule(name: EngineName): Promise<WebAssembly.Module> {
  let module = compiled.get(name);
  if (!module) {
    module = BUNDLED[name]().then(({ engine }) => compileEngine(fromBase64(engine)));
    compiled.set(name, module);
    module.catch(() => compiled.delete(name));
  }
  return module;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export interface EngineSource {
  /** A compiled engine, or its bytes; the bundled one where left out. */
  readonly engine?: WebAssembly.Module | Uint8Array | undefined;
  readonly build?: Build | "auto" | undefined;
}

export interface ResolvedEngine {
  readonly module: WebAssembly.Module;
  readonly build: Build;
  /** Whether it wants shared memory. */
  readonly threaded: boolean;
}

/**
 * The module to run, which has to be one for threads if `threads` is more than 1. Where more were `asked` for than there can be,
 * either kind of engine that is handed in will do.
 */
export async function resolveEngine(source: EngineSource, threads = 1, asked = threads): Promise<ResolvedEngine> {
  const { engine, build = "auto" } = source;
  if (!engine) {
    const chosen = chooseBuild(build);
    const threaded = threads > 1;
    return { module: await bundledModule(threaded ? `${chosen}-threads` : chosen), build: chosen, threaded };
  }
  const module = engine instanceof WebAssembly.Module ? engine : await compileEngine(engine);
  const actual = describeEngine(module);
  if (build !== "auto" && build !== actual.build)
    throw new RequestError(`build "${build}" was asked for, the engine is "${actual.build}"`);
  checkThreaded(actual, threads, asked);
  return { module, ...actual };
}

function checkThreaded({ build, threaded }: Omit<ResolvedEngine, "module">, threads: number, asked: number): void {
  if (threads > 1 && !threaded) {
    throw new RequestError(
      `engine: ${threads} threads were asked for, this "${build}" engine is for one; hand in espalier/engine/${build}-threads.wasm`,
    );
  }
  if (asked === 1 && threaded) {
    throw new RequestError(
      `engine: this "${build}" engine is for threads, which were not asked for; hand in espalier/engine/${build}.wasm, or ask`,
    );
  }
}

/** Workers forbid this even for bytes that are right. */
async function compileEngine(bytes: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    const wayOut = "where compiling from bytes is forbidden, hand in a WebAssembly.Module";
    throw new ModelError(`engine: this platform cannot compile it (${String(cause)}); ${wayOut}`, undefined, { cause });
  }
}

function describeEngine(module: WebAssembly.Module): Omit<ResolvedEngine, "module"> {
  const [section] = WebAssembly.Module.customSections(module, ENGINE_SECTION);
  const [name, number] = section ? new TextDecoder().decode(section).split(" ") : [];
  if (name === undefined || !Object.hasOwn(BUNDLED, name))
    throw new ModelError("engine: not an espalier engine module");
  if (Number(number) !== ENGINE_INTERFACE) {
    throw new ModelError(
      `engine: made for interface ${number}, this runtime speaks ${ENGINE_INTERFACE}; use the engine of the same release`,
    );
  }
  return { build: name.replace("-threads", "") as Build, threaded: name.endsWith("-threads") };
}

/** What the engine exports. */
export interface Engine {
  /** Runs `count` steps of the plan at byte address `plan`, from number `first` on. */
  run(plan: number, first: number, count: number): void;
}

/** What an engine for threads exports besides. */
export interface ThreadedEngine extends Engine {
  /** Which of how many threads this instance runs on, whether it may sleep, and how long it waits for the others. */
  setThread(index: number, count: number, maySleep: boolean, seconds: number): void;
  /** Lets the other threads go. */
  dismiss(): void;
  /** Says that this thread will not come any more. */
  fail(): void;
}

/** One instance over this memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Engine {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Engine;
}
