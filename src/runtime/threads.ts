/** What a caller may ask of threads, and whether this platform can have any. */
import { RequestError } from "../errors.js";
import { findsOwnWorker, type WorkerSource } from "./workers.js";

export interface ThreadOptions {
  /** How many threads run the network, the calling one among them. */
  readonly count: number;
  /**
   * Makes a worker that runs the module `espalier/worker`, or says where that module lies. Node and Deno find it by themselves;
   * a page has to say.
   */
  readonly worker?: WorkerSource | undefined;
  /** Milliseconds for a thread to start, and to finish its share of a step, before it is given up. Default: 30,000. */
  readonly timeout?: number | undefined;
}

/** Threads of a session. */
const MOST_THREADS = 64;
/** See `ThreadOptions`. */
export const TIMEOUT = 30_000;
/** What clocks take: more would be none at all. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The number that was asked for, 1 if none was. Throws a `RequestError` if it is none. */
export function countThreads(options: ThreadOptions | undefined): number {
  const { count, timeout = TIMEOUT } = options ?? { count: 1 };
  if (!Number.isInteger(count) || count < 1 || count > MOST_THREADS) {
    throw new RequestError(`expected a whole number from 1 to ${MOST_THREADS}, got ${count}`, "threads.count");
  }
  if (!(timeout > 0 && timeout <= LONGEST_TIMEOUT)) {
    throw new RequestError(`expected milliseconds up to ${LONGEST_TIMEOUT}, got ${timeout}`, "threads.timeout");
  }
  return count;
}

const HEADERS = `"Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"`;

/** Why there can be no threads here, and the way out; undefined where there can. */
export function obstacleTo({ worker }: ThreadOptions): string | undefined {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  if (crossOriginIsolated === false && worker !== undefined) {
    return `the page is not cross-origin isolated; serve it with ${HEADERS}`;
  }
  if (!hasSharedMemory()) return "this platform has no shared memory; leave threads out";
  if (worker === undefined && !findsOwnWorker()) {
    return "no worker was found (Node has its own from 20.16 on); where there are any, hand in threads.worker, a function that makes one of the module espalier/worker";
  }
  return undefined;
}

function hasSharedMemory(): boolean {
  try {
    return new WebAssembly.Memory({ initial: 0, maximum: 0, shared: true }).buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

const warned = new Set<string>();

/** Says, once for each reason, that one thread runs where several were asked for. */
export function warnAlone(asked: number, reason: string): void {
  const text = `espalier: ${asked} threads were asked for, one runs: ${reason}`;
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(text);
}
