/** What the second thread runs: one task after another. */
import { parentPort } from "node:worker_threads";
import { openMoments } from "../linalg/moments.js";
import { HelperTasks } from "../prune/moments/helper.js";
import { faultOf } from "../runtime/faults.js";
import type { Outcome, Task } from "./helper.js";
import { runtimeRunner } from "./runner.js";

const tasks = openMoments().then((moments) => new HelperTasks(runtimeRunner(), moments));

parentPort!.on("message", async ({ name, args }: Task) => {
  const outcome: Outcome = await tasks
    .then(async (all) => ({ answer: await (all[name] as (...args: unknown[]) => unknown).apply(all, args) }))
    .catch((error: unknown) => ({ fault: faultOf(error) }));
  parentPort!.postMessage(outcome);
});
