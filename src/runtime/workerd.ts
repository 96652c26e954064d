/**
 * The runtime for Cloudflare Workers: `espalier/runtime` where a bundler follows the condition "workerd". Engines are imported as
 * modules, so `load(bytes)` needs nothing more. There are no workers to load a network into.
 *
 * @module
 */
import { RequestError } from "../errors.js";
import type { Network } from "../gen/network.js";
import { findImported } from "./engines/imported.js";
import { type LoadOptions, loadNetworkWith, loadWith } from "./load.js";
import type { Session } from "./session.js";
import type { NetworkSource } from "./source.js";

export * from "./face.js";

/** See index.ts. */
export function load(network: NetworkSource | Promise<NetworkSource>, options?: LoadOptions): Promise<Session> {
  return loadWith(findImported, network, options);
}

/** See index.ts. */
export function loadNetwork(network: Network, options?: LoadOptions): Promise<Session> {
  return loadNetworkWith(findImported, network, options);
}

/** Pages have it. */
export async function loadRemote(): Promise<never> {
  throw new RequestError("there are no workers here; load the network into this one", "loadRemote");
}
