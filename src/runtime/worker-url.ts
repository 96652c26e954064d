/** Where the workers lie beside this file. Imported only on Node and Deno, and only when one is asked for. */
export const workerUrl = new URL("./worker.js", import.meta.url);
export const sessionWorkerUrl = new URL("./session-worker.js", import.meta.url);
