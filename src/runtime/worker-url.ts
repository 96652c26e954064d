/** Where the worker lies beside this file. Imported only on Node and Deno, and only when threads are asked for. */
export const workerUrl = new URL("./worker.js", import.meta.url);
