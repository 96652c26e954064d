/**
 * What hosts a session off the main thread: a module worker of a page or of Deno, or a worker thread of Node. `loadRemote` makes
 * it and talks to it in messages; runs go in slices, so that one can be stopped.
 */
import { RequestError } from "../errors.js";
import { faultOf } from "./faults.js";
import { loadWith } from "./load.js";
import type { Answers, FromWorker, Requests, SessionFacts, ToWorker, Verb } from "./remote-messages.js";
import type { Session } from "./session.js";

/** Milliseconds of a slice. Nothing waits here but the wish to stop. */
const BUDGET_MS = 30;

let session: Session | undefined;
const running = new Map<number, AbortController>();

const DO: { readonly [V in Verb]: (request: Requests[V], signal: AbortSignal) => Promise<Answers[V]> } = {
  async load({ network, engine, options }) {
    const findNone = () => Promise.reject(new RequestError("the engine is handed in"));
    session = await loadWith(findNone, network, { ...options, engine });
    return factsOf(session);
  },
  run: ({ inputs, options }, signal) => session!.runAsync(inputs, { budgetMs: BUDGET_MS, ...options, signal }),
  profile: async ({ inputs, runs }) => session!.profile(inputs, runs),
};

function factsOf(of: Session): SessionFacts {
  const { name, build, inputs, outputs, labels, task, boxes, provenance } = of;
  const { layers, tuning, memory, macs, peakBytes, threads } = of;
  return {
    ...{ name, build, inputs, outputs, labels, task, boxes, provenance },
    ...{ layers, tuning, memory, macs, peakBytes, threads },
  };
}

async function obey(message: ToWorker, answer: (message: FromWorker, transfer?: ArrayBuffer[]) => void): Promise<void> {
  const { id } = message;
  if (message.verb === "stop") {
    running.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const result = await (DO[message.verb] as (request: unknown, signal: AbortSignal) => Promise<Answers[Verb]>)(
      message.request,
      controller.signal,
    );
    const buffers = message.verb === "run" ? Object.values(result as Answers["run"]).map(({ buffer }) => buffer) : [];
    answer({ id, answer: result }, buffers as ArrayBuffer[]);
  } catch (error) {
    answer({ id, fault: faultOf(error) });
  } finally {
    running.delete(id);
  }
}

interface Port {
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
  on?(event: "message", listener: (message: ToWorker) => void): void;
  addEventListener?(type: "message", listener: (event: { data: ToWorker }) => void): void;
}
type Host = {
  readonly process?: { getBuiltinModule?(name: string): { readonly parentPort: Port | null } | undefined };
};

// Node's workers have a port; others are one themselves.
const port =
  (globalThis as Host).process?.getBuiltinModule?.("node:worker_threads")?.parentPort ??
  (globalThis as unknown as Port);
const answer = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
if (port.on) port.on("message", (message) => void obey(message, answer));
else port.addEventListener?.("message", ({ data }) => void obey(data, answer));
