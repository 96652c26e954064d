/** A session in a worker: the same face as `Session`, but for promises instead of results. */
import { RequestError } from "../errors.js";
import { type FindEngine, resolveEngine } from "./engine.js";
import { errorOf } from "./faults.js";
import type { LoadOptions } from "./load.js";
import type { Answers, FromWorker, Requests, SessionFacts, ToWorker, Verb } from "./remote-messages.js";
import type { Inputs, LayerTime, Outputs, RunOptions } from "./session.js";
import { type NetworkSource, readSource } from "./source.js";
import { listen, makeWorker, unref, type WorkerLike, type WorkerSource } from "./workers.js";

export interface RemoteOptions extends LoadOptions {
  /**
   * Makes a worker that runs the module `espalier/session-worker`, or says where that module lies. Found by itself on Node and
   * Deno, and in pages without a bundler or with one that knows `new Worker(new URL(...))`.
   */
  readonly worker?: WorkerSource | undefined;
}

/** A network in a worker. Its facts are those of `Session`; `classes`, `boxes` and `pixels` take it as they take one. */
export interface RemoteSession extends SessionFacts {
  /** One inference. Inputs are copied to the worker; runs wait for one another, in order. */
  run(inputs: Inputs, options?: RunOptions): Promise<Outputs>;
  /** See `Session.profile`. */
  profile(inputs: Inputs, runs?: number): Promise<LayerTime[]>;
  /** Ends the worker, and with it all memory. Whatever is under way is rejected. */
  dispose(): void;
}

/** `loadRemote` of a platform that finds engines in its own way. */
export async function loadRemoteWith(
  find: FindEngine,
  source: NetworkSource | Promise<NetworkSource>,
  { worker, engine, onProgress, signal, ...options }: RemoteOptions = {},
): Promise<RemoteSession> {
  if (typeof options.threads?.worker === "function") {
    throw new RequestError("a function cannot be sent to a worker; say where the module lies", "threads.worker");
  }
  const [network, { module, build }] = await Promise.all([
    Promise.resolve(source).then((given) => readSource(given, { ...options, onProgress, signal })),
    resolveFor(find, { ...options, engine }),
  ]);
  const host = new Host(await makeWorker(worker, "sessionWorkerUrl"));
  try {
    // A copy of just these bytes: of a part of a buffer the whole would be sent.
    const bytes = new Uint8Array(network);
    const facts = await host.ask("load", { network: bytes, engine: module, options: { ...options, build } });
    const run = (inputs: Inputs, { signal: stop, ...how }: RunOptions = {}) =>
      host.ask("run", { inputs, options: how }, stop);
    const profile = (inputs: Inputs, runs?: number) => host.ask("profile", { inputs, runs });
    return { ...facts, run, profile, dispose: () => host.end("this session was disposed; load the network again") };
  } catch (error) {
    host.end("it was not loaded");
    throw error;
  }
}

/** The engine that the worker will want: one for threads if there can be any where it runs. */
async function resolveFor(find: FindEngine, options: LoadOptions) {
  const { count = 1 } = options.threads ?? {};
  if (count === 1) return resolveEngine(find, options);
  const { obstacleTo } = await import("./threads.js");
  return resolveEngine(find, options, obstacleTo(options.threads!) === undefined ? count : 1, count);
}

/** A worker that answers requests. */
class Host {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: unknown): void }>();
  #asked = 0;
  #ended: string | undefined;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    listen<FromWorker>(
      worker,
      (message) => this.#hear(message),
      (reason) => this.end(`its worker ended: ${reason}`),
    );
    unref(worker);
  }

  async ask<V extends Verb>(verb: V, request: Requests[V], signal?: AbortSignal): Promise<Answers[V]> {
    signal?.throwIfAborted();
    if (this.#ended !== undefined) throw new RequestError(this.#ended);
    const id = ++this.#asked;
    const stop = () => {
      this.#worker.postMessage({ id, verb: "stop" } satisfies ToWorker);
      this.#waiting.get(id)?.reject(signal!.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
    hold(this.#worker);
    try {
      return await new Promise<Answers[V]>((resolve, reject) => {
        this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        this.#worker.postMessage({ id, verb, request });
      });
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) unref(this.#worker);
    }
  }

  end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new RequestError(reason));
  }

  #hear(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if ("fault" in message) waiting?.reject(errorOf(message.fault));
    else waiting?.resolve(message.answer);
  }
}

/** A process does not end while it waits for an answer. */
const hold = (worker: WorkerLike) => (worker as { ref?(): void }).ref?.();
