/**
 * What a thread of a session runs: a module worker of a page or of Deno, or a worker thread of Node. `load` makes it, tells it
 * which engine to run over which memory, and from then on the two talk through that memory only. Imports nothing.
 */

/** What `load` sends. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly threads: number;
  /** Seconds to wait for the other threads to finish a step. */
  readonly patience: number;
}

/** What comes back: ready, or why not. */
export type Answer = { readonly ready: true } | { readonly ready: false; readonly reason: string };

interface Exports {
  readonly setThread: (thread: number, threads: number, maySleep: boolean, seconds: number) => void;
  readonly serve: () => void;
  readonly fail: () => void;
}

interface Port {
  postMessage(answer: Answer): void;
}

function work(start: Start, port: Port): void {
  const engine = join(start, port);
  if (!engine) return;
  try {
    engine.serve();
  } catch (error) {
    engine.fail();
    throw error;
  }
}

function join({ module, memory, thread, threads, patience }: Start, port: Port): Exports | undefined {
  try {
    const engine = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    engine.setThread(thread, threads, true, patience);
    port.postMessage({ ready: true });
    return engine;
  } catch (error) {
    port.postMessage({ ready: false, reason: String(error) });
    return undefined;
  }
}

/** Node's workers have a port; others are one themselves. Deno has both kinds. */
type NodePort = Port & { once(event: "message", listener: (start: Start) => void): void };
type Scope = Port & {
  addEventListener(type: "message", listener: (event: { data: Start }) => void, how: object): void;
};
type Host = {
  readonly process?: { getBuiltinModule?(name: string): { readonly parentPort: NodePort | null } | undefined };
};

const port = (globalThis as Host).process?.getBuiltinModule?.("node:worker_threads")?.parentPort;
const scope = globalThis as unknown as Scope;
if (port) port.once("message", (start) => work(start, port));
else scope.addEventListener("message", ({ data }) => work(data, scope), { once: true });
