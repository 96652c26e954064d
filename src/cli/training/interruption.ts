/** Ctrl-C while a network is trained: the first ends the run after the present step, the second at once. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** Ctrl-C means again what it always means. */
  release(): void;
}

export function awaitInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  // Listens once: without a listener the next one ends the process.
  const listener = (): void => {
    onFirst();
    controller.abort();
  };
  process.once("SIGINT", listener);
  return { signal: controller.signal, release: () => void process.removeListener("SIGINT", listener) };
}
