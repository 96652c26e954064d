/**
 * The runtime for pages: `espalier/runtime` where a bundler follows the condition "browser", and what a page without a bundler
 * imports as it lies. Engines, and the worker that `loadRemote` starts, are files beside the code.
 *
 * @module
 */
import type { Network } from "../gen/network.js";
import { findFetched } from "./engines/fetched.js";
import { type LoadOptions, loadNetworkWith, loadWith } from "./load.js";
import { loadRemoteWith, type RemoteOptions, type RemoteSession } from "./remote.js";
import type { Session } from "./session.js";
import type { NetworkSource } from "./source.js";

export * from "./face.js";

/** See index.ts. */
export function load(network: NetworkSource | Promise<NetworkSource>, options?: LoadOptions): Promise<Session> {
  return loadWith(findFetched, network, options);
}

/** See index.ts. */
export function loadNetwork(network: Network, options?: LoadOptions): Promise<Session> {
  return loadNetworkWith(findFetched, network, options);
}

/** See index.ts. */
export async function loadRemote(
  network: NetworkSource | Promise<NetworkSource>,
  options: RemoteOptions = {},
): Promise<RemoteSession> {
  const worker = options.worker ?? (await import("./page-worker.js")).startSessionWorker;
  return loadRemoteWith(findFetched, network, { ...options, worker });
}
