/** The threads of a session: this one, and workers that run the same steps over the same memory. */
import { Abi } from "../../assembly/abi.js";
import { RequestError } from "../errors.js";
import type { Engine, ThreadedEngine } from "./engine.js";
import { type ThreadOptions, TIMEOUT, warnAlone } from "./threads.js";
import { makeWorker, startWorker, unref, type WorkerLike } from "./workers.js";

/**
 * An engine for threads over shared memory, this thread's instance of the module, run by this thread and as many workers as were
 * asked for; by this one alone, which says so, if they do not all come.
 */
export async function gatherCrew(
  instance: Engine,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  threads: number,
  options: ThreadOptions,
): Promise<Crew> {
  const crew = new Crew(instance as ThreadedEngine, memory, options.timeout);
  if (threads > 1) await crew.hire(module, memory, threads, options.worker);
  return crew;
}

const dropped =
  typeof FinalizationRegistry === "undefined" ? undefined : new FinalizationRegistry<Crew>((crew) => crew.end());

/** Threads that run as one engine. */
export class Crew implements Engine {
  readonly #engine: ThreadedEngine;
  readonly #maySleep: boolean;
  readonly #timeout: number;
  #workers: readonly WorkerLike[] = [];
  /** Why a thread is no longer there. */
  #fault: string | undefined;
  #stuck: RequestError | undefined;

  constructor(engine: ThreadedEngine, memory: WebAssembly.Memory, timeout = TIMEOUT) {
    this.#engine = engine;
    this.#maySleep = maySleep(memory);
    this.#timeout = timeout;
    this.end();
  }

  get threads(): number {
    return 1 + this.#workers.length;
  }

  run(plan: number, first: number, count: number): void {
    if (this.#stuck) throw this.#stuck;
    if (this.#fault !== undefined) this.#goAlone(`a worker ended (${this.#fault})`);
    try {
      this.#engine.run(plan, first, count);
    } catch (cause) {
      const what = `a thread died, or did not finish a step in ${this.#timeout} ms; load the network again`;
      this.#stuck = new RequestError(what, "threads", { cause });
      this.#engine.fail();
      this.end();
      throw this.#stuck;
    }
  }

  /** Starts the other threads, and waits until they are ready. */
  async hire(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    threads: number,
    worker: ThreadOptions["worker"],
  ): Promise<void> {
    this.#engine.setThread(0, threads, this.#maySleep, this.#patience);
    try {
      while (this.threads < threads) this.#workers = [...this.#workers, await makeWorker(worker)];
      const start = { module, memory, threads, patience: this.#patience };
      const ready = this.#workers.map((other, i) =>
        startWorker(other, { ...start, thread: i + 1 }, (reason) => this.#note(other, reason)),
      );
      await withinTime(Promise.all(ready), this.#timeout);
      this.#workers.forEach(unref);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#goAlone(`a worker did not start (${reason}); see threads.worker`, threads);
    }
  }

  /** Ends all threads but this one. They are let go first: not every platform ends a thread that sleeps. */
  end(): void {
    this.#engine.dismiss();
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
    this.#engine.setThread(0, 1, this.#maySleep, this.#patience);
  }

  /** Ends the other threads when nobody can reach the owner any more. */
  endWith(owner: object): void {
    dropped?.register(owner, this);
  }

  #note(worker: WorkerLike, reason: string): void {
    if (this.#workers.includes(worker)) this.#fault ??= reason;
  }

  get #patience(): number {
    return Math.ceil(this.#timeout / 1000);
  }

  #goAlone(reason: string, asked = this.threads): void {
    this.end();
    this.#fault = undefined;
    warnAlone(asked, reason);
  }
}

/** Whether this thread may sleep; a page's main thread may not. */
function maySleep(memory: WebAssembly.Memory): boolean {
  try {
    Atomics.wait(new Int32Array(memory.buffer, Abi.control, 1), 0, -1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Rejects if the promise takes longer. */
function withinTime<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
