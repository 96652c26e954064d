/**
 * The device's face of espalier: loads a compiled network and runs it. Needs nothing but WebAssembly with SIMD; no eval, no
 * fetch of its own, no workers unless they are asked for. Pages that are bundled take browser.ts instead, Workers workerd.ts: the
 * same but for where engines come from.
 *
 * @module
 */
import type { Network } from "../gen/network.js";
import { findEmbedded } from "./engines/embedded.js";
import { type LoadOptions, loadNetworkWith, loadWith } from "./load.js";
import { loadRemoteWith, type RemoteOptions, type RemoteSession } from "./remote.js";
import type { Session } from "./session.js";
import type { NetworkSource } from "./source.js";

export * from "./face.js";

/**
 * Loads a compiled network: checks it, picks kernels, packs weights, lays out all memory.
 *
 * Throws a `ModelError` for a file that is damaged or not a network, a `RequestError` for one that does not fit `maxBytes`.
 *
 * @example
 * const session = await load(bytes);
 * const { logits } = session.run({ input: numbers });
 */
export function load(network: NetworkSource | Promise<NetworkSource>, options?: LoadOptions): Promise<Session> {
  return loadWith(findEmbedded, network, options);
}

/** The same for a network that is decoded already. */
export function loadNetwork(network: Network, options?: LoadOptions): Promise<Session> {
  return loadNetworkWith(findEmbedded, network, options);
}

/**
 * Loads a network into a worker of its own: the same face, but for promises instead of results, and a thread that stays free.
 * Node and Deno find the worker by themselves; a page says what runs the module `espalier/session-worker`.
 *
 * @example
 * const session = await loadRemote(bytes);
 * const { logits } = await session.run({ input: numbers }, { signal });
 */
export function loadRemote(
  network: NetworkSource | Promise<NetworkSource>,
  options?: RemoteOptions,
): Promise<RemoteSession> {
  return loadRemoteWith(findEmbedded, network, options);
}
