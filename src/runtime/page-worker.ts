/** The worker that hosts a session of a page, in the words by which bundlers know that it is one. Imported when one is needed. */
export const startSessionWorker = (): Worker =>
  new Worker(new URL("./session-worker.js", import.meta.url), { type: "module" });
