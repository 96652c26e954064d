/** Watches what memory sessions ask the platform for. */

/** Runs `body` and returns, besides its result, every memory that was made meanwhile. */
export async function memoriesOf<T>(body: () => Promise<T>): Promise<{ result: T; memories: WebAssembly.Memory[] }> {
  const memories: WebAssembly.Memory[] = [];
  const { Memory } = WebAssembly;
  class Watched extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  }
  WebAssembly.Memory = Watched;
  try {
    return { result: await body(), memories };
  } finally {
    WebAssembly.Memory = Memory;
  }
}
