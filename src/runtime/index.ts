/**
 * The device's face of espalier: loads a compiled network and runs it. Needs nothing but WebAssembly with SIMD; no eval, no
 * fetch of its own, no workers unless threads are asked for.
 *
 * @module
 */
import { ModelError, RequestError } from "../errors.js";
import type { Network } from "../gen/network.js";
import { gatherCrew } from "./crew.js";
import { decodeFile } from "./decode.js";
import { type Build, instantiate, resolveEngine } from "./engine.js";
import { LIMITS } from "./limits.js";
import { type Plan, planNetwork } from "./plan.js";
import { resizeNetwork, type Shapes } from "./resize.js";
import { allocate, Session } from "./session.js";
import type { Shape } from "./shape.js";
import { checksLoads } from "./target.js";
import { countThreads, obstacleTo, type ThreadOptions, warnAlone } from "./threads.js";
import { tune } from "./tune.js";
import { readTuning, type Tuning } from "./tuning.js";
import { verifyNetwork } from "./verify.js";

export { DataError, EspalierError, FileError, ModelError, RequestError } from "../errors.js";
export { type Box, boxes, type BoxesOptions } from "./boxes.js";
export { type Build, hasRelaxedSimd } from "./engine.js";
export type { MemoryMap, PlannedLayer } from "./plan.js";
export type { Shapes } from "./resize.js";
export type { InputInfo, Inputs, LayerTime, OutputInfo, Outputs } from "./session.js";
export { Session } from "./session.js";
export type { ThreadOptions } from "./threads.js";
export type { Tuning } from "./tuning.js";
export type { WorkerLike } from "./workers.js";

export interface LoadOptions {
  /** A compiled engine, or its bytes. Needed where compiling from bytes is forbidden; bundled otherwise. */
  readonly engine?: WebAssembly.Module | Uint8Array | undefined;
  /** "baseline": the same bits on every platform. "relaxed": faster where the platform has it. Default: "auto". */
  readonly build?: Build | "auto" | undefined;
  /** Refuse a network that needs more memory than this. */
  readonly maxBytes?: number | undefined;
  /**
   * Input shapes other than the compiled ones, by name: another batch, or another size of picture. A layer that they do not
   * fit is a `ModelError`.
   */
  readonly shapes?: Shapes | undefined;
  /**
   * Kernels as an earlier session's `tuning` says, instead of the rule's. Made for another build, number of threads or network:
   * refused; where there can be no threads, the number that was asked for counts.
   */
  readonly tuning?: Tuning | undefined;
  /**
   * Measures which kernel is the fastest for each convolution that `tuning` does not name, some milliseconds for each distinct
   * one, before the network is loaded. `session.tuning` is the result.
   */
  readonly tune?: boolean | undefined;
  /**
   * Several threads for each run, where there is shared memory; elsewhere one runs, with a warning on the console. An engine
   * that is handed in has to be one for threads. Call `dispose` on the session when it is done with.
   */
  readonly threads?: ThreadOptions | undefined;
}

/**
 * Loads a compiled network: checks it, picks kernels, packs weights, lays out all memory.
 *
 * Throws a `ModelError` for a file that is damaged or not a network, a `RequestError` for one that does not fit `maxBytes`.
 *
 * @example
 * const session = await load(bytes);
 * const { logits } = session.run({ input: pixels });
 */
export async function load(network: Uint8Array | ArrayBuffer | Response, options: LoadOptions = {}): Promise<Session> {
  return loadNetwork(await decodeFile(await bytesOf(network, options.maxBytes)), options);
}

async function bytesOf(network: Uint8Array | ArrayBuffer | Response, maxBytes?: number): Promise<Uint8Array> {
  if (network instanceof Uint8Array) return network;
  if (network instanceof ArrayBuffer) return new Uint8Array(network);
  if (typeof network?.arrayBuffer === "function") return readResponse(network, maxBytes);
  throw new RequestError(`load: expected a Uint8Array, an ArrayBuffer or a Response, got ${typeof network}`);
}

/** The same for a network that is decoded already. */
export async function loadNetwork(network: Network, options: LoadOptions = {}): Promise<Session> {
  const asCompiled = { network, checked: verifyNetwork(network) };
  const { network: resized, checked } = options.shapes ? resizeNetwork(network, options.shapes) : asCompiled;
  const asked = countThreads(options.threads);
  const threads = asked === 1 ? 1 : possible(options.threads!);
  const { module, build, threaded } = await resolveEngine(options, threads, asked);
  const target = { build, threads, checksLoads };
  const known = readTuning(options.tuning, resized, checked, { ...target, threads: asked });
  const plan = planNetwork(resized, checked, target, { choices: known });
  const limit = Math.min(options.maxBytes ?? Infinity, LIMITS.memoryBytes);
  if (plan.memory.totalBytes > limit) {
    throw new RequestError(`needs ${plan.memory.totalBytes} bytes of memory, the limit is ${limit}`, network.name);
  }
  const open = async (of: Network, shapes: readonly Shape[], how: Plan) => {
    const memory = allocate(how.memory.totalBytes, of.name, threaded);
    how.write(memory.buffer);
    const engine = threaded ? await gatherCrew(module, memory, threads, options.threads!) : instantiate(module, memory);
    return new Session(of, shapes, how, engine, memory.buffer);
  };
  if (!options.tune) return open(resized, checked.shapes, plan);
  const choices = await tune(resized, checked, { target, open, limit, known });
  const tuned = planNetwork(resized, checked, target, { choices });
  return open(resized, checked.shapes, tuned.memory.totalBytes > limit ? plan : tuned);
}

/** As many threads as were asked for, or one, which is said, if there can be no others. */
function possible(options: ThreadOptions): number {
  const obstacle = obstacleTo(options);
  if (obstacle === undefined) return options.count;
  warnAlone(options.count, obstacle);
  return 1;
}

async function readResponse(response: Response, maxBytes = Infinity): Promise<Uint8Array> {
  if (!response.ok) throw new ModelError(`HTTP ${response.status} ${response.statusText}`, response.url);
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes)
    throw new RequestError(`${announced} bytes announced, the limit is ${maxBytes}`, response.url);
  return new Uint8Array(await response.arrayBuffer());
}
