/** A second thread for work on many samples. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Helper, HelperTasks } from "../prune/moments/helper.js";
import { errorOf, type Fault } from "../runtime/faults.js";

/** One task; several wait for one another. */
export interface Task {
  readonly name: keyof HelperTasks;
  readonly args: unknown[];
}

export type Outcome = { readonly answer: unknown } | { readonly fault: Fault };

/** The thread begins with the first task. A process does not wait for it to end, but it does for an answer. */
export function startHelper(): Helper {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (task: Task): Promise<unknown> => {
    worker ??= new Worker(new URL("./helper-thread.js", import.meta.url), { execArgv: [] });
    worker.ref();
    try {
      worker.postMessage(task);
      const [outcome] = (await once(worker, "message")) as [Outcome];
      if ("fault" in outcome) throw errorOf(outcome.fault);
      return outcome.answer;
    } finally {
      worker.unref();
    }
  };
  const inTurn = (task: Task): Promise<unknown> => {
    const answer = last.then(() => ask(task));
    last = answer.catch(() => {});
    return answer;
  };
  return new Proxy({} as Helper, {
    get: (_, name) => (name === "then" ? undefined : (...args: unknown[]) => inTurn({ name, args } as Task)),
  });
}
