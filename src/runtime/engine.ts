/** The WebAssembly engine: which build, from where, and one instance of it. */
import { ModelError, RequestError } from "../errors.js";

export type Build = "baseline" | "relaxed";

/** What an engine module says of itself in its custom section "espalier": its name and the number of this interface. */
export const ENGINE_SECTION = "espalier";
/** Raised whenever assembly/abi.ts changes what a plan means. */
export const ENGINE_INTERFACE = 3;

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

/** THE list of engines, by what they call themselves. */
const ENGINE_NAMES = ["baseline", "relaxed", "baseline-threads", "relaxed-threads"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** An engine in any form in which platforms and bundlers hand one over. */
export type EngineLike = WebAssembly.Module | Uint8Array | ArrayBuffer | Response;

/** Gets an engine of this package; each platform has its way (engines/). */
export type FindEngine = (name: EngineName) => Promise<EngineLike>;

const compiled = new Map<EngineName, Promise<WebAssembly.Module>>();

/** The engine of this package, compiled once; after a failure, anew. */
function ownModule(find: FindEngine, name: EngineName): Promise<WebAssembly.Module> {
  let module = compiled.get(name);
  if (!module) {
    module = find(name).then(compileEngine);
    compiled.set(name, module);
    module.catch(() => compiled.delete(name));
  }
  return module;
}

export interface EngineSource {
  /** An engine, or the promise of one; this package's own where left out. */
  readonly engine?: EngineLike | Promise<EngineLike> | undefined;
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
export async function resolveEngine(
  find: FindEngine,
  { engine, build = "auto" }: EngineSource,
  threads = 1,
  asked = threads,
): Promise<ResolvedEngine> {
  if (!engine) {
    const chosen = chooseBuild(build);
    const threaded = threads > 1;
    return { module: await ownModule(find, threaded ? `${chosen}-threads` : chosen), build: chosen, threaded };
  }
  const module = await compileEngine(await engine);
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

/** Workers forbid this for bytes, even for those that are right. */
async function compileEngine(engine: EngineLike): Promise<WebAssembly.Module> {
  if (engine instanceof WebAssembly.Module) return engine;
  try {
    // Not `instanceof`: only to look at the name loads Node's whole HTTP client.
    if (!("arrayBuffer" in engine)) return await WebAssembly.compile(engine as BufferSource);
    if (!engine.ok) throw new Error(`HTTP ${engine.status} ${engine.statusText} for ${engine.url}`);
    // Servers that do not know the type of .wasm files are not refused.
    const streams = engine.headers.get("content-type") === "application/wasm";
    return await (streams ? WebAssembly.compileStreaming(engine) : WebAssembly.compile(await engine.arrayBuffer()));
  } catch (cause) {
    const wayOut = "where compiling from bytes is forbidden, hand in a WebAssembly.Module";
    throw new ModelError(`engine: this platform cannot compile it (${String(cause)}); ${wayOut}`, undefined, { cause });
  }
}

function describeEngine(module: WebAssembly.Module): Omit<ResolvedEngine, "module"> {
  const [section] = WebAssembly.Module.customSections(module, ENGINE_SECTION);
  const [name, number] = section ? new TextDecoder().decode(section).split(" ") : [];
  if (name === undefined || !ENGINE_NAMES.includes(name as EngineName))
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
  /** What an engine of several threads has besides: how many there are, and ways to end them (crew.ts). */
  readonly threads?: number;
  end?(): void;
  endWith?(owner: object): void;
}

/** What an engine for threads exports besides. */
export interface ThreadedEngine extends Pick<Engine, "run"> {
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
