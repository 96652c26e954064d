/** tfjs with its wasm back end (XNNPACK), from a graph whose batch norms are folded away. */
import * as tf from "@tensorflow/tfjs-core";
import { getThreadsCount, setThreadsCount, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { translateGraph } from "./tfjs-graph.mjs";
import { toNhwc } from "./tfjs-layout.mjs";
import { withThreads } from "./tfjs-threads.mjs";

export const tfjsVersion = version_wasm;

/**
 * A graph, ready to run on these inputs (name to shape and data). Pictures are brought into the order of tfjs here, once; each
 * run copies them into the back end and the outputs out of it. Every value is freed behind its last reader.
 */
export async function openTfjs(graph, inputs, { threads = 1 } = {}) {
  await start(threads);
  const pictures = Object.entries(inputs).map(([name, tensor]) => [name, toNhwc(tensor)]);
  const { steps, outputs } = translateGraph(graph);
  const runSteps = () => {
    const values = new Map(pictures.map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]));
    for (const { reads, writes, compute, last } of steps) {
      values.set(writes, compute(...reads.map((name) => values.get(name))));
      for (const name of last) values.get(name).dispose();
    }
    return Object.fromEntries(outputs.map((name) => [name, values.get(name).dataSync()]));
  };
  return {
    /** One run; the outputs by name. */
    run() {
      tf.engine().startScope();
      try {
        return runSteps();
      } finally {
        tf.engine().endScope();
      }
    },
  };
}

/** The back end takes the number of threads once, and where it cannot have them runs with fewer, silently. */
async function start(threads) {
  tf.enableProdMode();
  setThreadsCount(threads);
  const started = await (threads > 1 ? withThreads(threads, () => tf.setBackend("wasm")) : tf.setBackend("wasm"));
  if (!started) throw new Error("its wasm back end does not start");
  if (getThreadsCount() !== threads) throw new Error(`${threads} threads asked for, it has ${getThreadsCount()}`);
}
