/**
 * The device's face of espalier: loads a compiled network and runs it. Needs nothing but WebAssembly with SIMD; no eval, no
 * fetch of its own, no workers.
 *
 * @module
 */
import { ModelError, RequestError } from "../errors.js";
import type { Network } from "../gen/network.js";
import { decodeFile } from "./decode.js";
import { type Build, resolveEngine } from "./engine.js";
import { LIMITS } from "./limits.js";
import { planNetwork } from "./plan.js";
import { Session } from "./session.js";
import { verifyNetwork } from "./verify.js";

export { DataError, EspalierError, FileError, ModelError, RequestError } from "../errors.js";
export { type Build, hasRelaxedSimd } from "./engine.js";
export type { MemoryMap, PlannedLayer } from "./plan.js";
export type { InputInfo, Inputs, LayerTime, OutputInfo, Outputs } from "./session.js";
export { Session } from "./session.js";

export interface LoadOptions {
  /** A compiled engine, or its bytes. Needed where compiling from bytes is forbidden; bundled otherwise. */
  readonly engine?: WebAssembly.Module | Uint8Array | undefined;
  /** "baseline": the same bits on every platform. "relaxed": faster where the platform has it. Default: "auto". */
  readonly build?: Build | "auto" | undefined;
  /** Refuse a network that needs more memory than this. */
  readonly maxBytes?: number | undefined;
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
export async function load(network: Uint8Array | Response, options: LoadOptions = {}): Promise<Session> {
  const bytes = network instanceof Uint8Array ? network : await readResponse(network, options.maxBytes);
  return loadNetwork(await decodeFile(bytes), options);
}

/** The same for a network that is decoded already. */
export async function loadNetwork(network: Network, options: LoadOptions = {}): Promise<Session> {
  const checked = verifyNetwork(network);
  const plan = planNetwork(network, checked);
  const limit = Math.min(options.maxBytes ?? Infinity, LIMITS.memoryBytes);
  if (plan.memory.totalBytes > limit) {
    throw new RequestError(`needs ${plan.memory.totalBytes} bytes of memory, the limit is ${limit}`, network.name);
  }
  const { module, build } = await resolveEngine(options);
  return new Session(network, checked.shapes, plan, module, build);
}

async function readResponse(response: Response, maxBytes = Infinity): Promise<Uint8Array> {
  if (!response.ok) throw new ModelError(`HTTP ${response.status} ${response.statusText}`, response.url);
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes)
    throw new RequestError(`${announced} bytes announced, the limit is ${maxBytes}`, response.url);
  return new Uint8Array(await response.arrayBuffer());
}
