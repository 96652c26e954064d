/** Workers of every platform under one face. */
import type { Answer, Start } from "./worker.js";

/** What a page's Worker and Node's have in common. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

type WorkerClass = new (url: URL | string, options: object) => WorkerLike;

/** The class of workers of Node and of those that follow it; undefined elsewhere, and before Node 20.16. */
function nodeWorker(): WorkerClass | undefined {
  const { process } = globalThis as unknown as {
    readonly process?: { getBuiltinModule?(name: string): { readonly Worker?: WorkerClass } | undefined };
  };
  return process?.getBuiltinModule?.("node:worker_threads")?.Worker;
}

/** Whether this platform loads workers from where this package lies, without being told. */
export const findsOwnWorker = () => nodeWorker() !== undefined;

/** A function that makes a worker, or the address of what it runs. */
export type WorkerSource = (() => WorkerLike) | URL | string;

/** A worker by the caller's function, from the caller's address, or from this package: one that runs steps, or a whole session. */
export async function makeWorker(
  worker: WorkerSource | undefined,
  own: "workerUrl" | "sessionWorkerUrl" = "workerUrl",
): Promise<WorkerLike> {
  if (typeof worker === "function") return worker();
  const url = worker ?? (await import("./worker-url.js"))[own];
  const OfNode = nodeWorker();
  // Deno has its own as well, but a process does not end before such a one does.
  // What Node itself was started with, such as --input-type, is not for workers.
  const isAddress = typeof url === "string" && url.startsWith("file:");
  if (OfNode) return new OfNode(isAddress ? new URL(url) : url, { execArgv: [] });
  const { Worker } = globalThis as unknown as { readonly Worker: WorkerClass };
  return new Worker(url, { type: "module" });
}

/** Node's kind of events and everybody else's. */
interface Eventful {
  on?(event: string, listener: (value: unknown) => void): void;
  addEventListener?(event: string, listener: (event: Event & { data?: unknown; message?: string }) => void): void;
  unref?(): void;
}

/** Hears a worker's messages, and that it ended with the reason. */
export function listen<T>(worker: WorkerLike, onMessage: (message: T) => void, onEnd: (reason: string) => void): void {
  listenTo(worker as Eventful, (message) => onMessage(message as T), onEnd);
}

function listenTo(worker: Eventful, onMessage: (message: unknown) => void, onEnd: (reason: string) => void): void {
  if (worker.on) {
    worker.on("message", onMessage);
    worker.on("error", (error) => onEnd(String(error)));
    worker.on("exit", (code) => onEnd(`it ended with ${String(code)}`));
    return;
  }
  worker.addEventListener?.("message", ({ data }) => onMessage(data));
  for (const fault of ["error", "messageerror"]) {
    worker.addEventListener?.(fault, (event) => {
      event.preventDefault();
      onEnd(event.message ?? fault);
    });
  }
}

/**
 * Resolves when the worker is ready to run steps, which is all it does from then on; rejects with the reason if it cannot.
 * `onEnd` hears of a worker that ends later.
 */
export function startWorker(worker: WorkerLike, start: Start, onEnd: (reason: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (reason: string) => {
      reject(new Error(reason));
      onEnd(reason);
    };
    listen<Answer>(worker, (answer) => (answer.ready ? resolve() : end(answer.reason)), end);
    worker.postMessage(start);
  });
}

/** A process may end while the worker sleeps. */
export function unref(worker: WorkerLike): void {
  (worker as Eventful).unref?.();
}
