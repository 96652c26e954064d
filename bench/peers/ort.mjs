/**
 * onnxruntime-web, its wasm back end. The entry is the one that the package has for Node and Deno: the same binary as `/wasm`,
 * but it finds the file that its threads start from, too.
 */
import * as ort from "onnxruntime-web";

export const ortVersion = ort.env.versions.web;

/** An ONNX file, ready to run on these inputs (name to shape and data) with this many threads, the same for all of a process. */
export async function openOrt(bytes, inputs, { threads = 1 } = {}) {
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  if (ort.env.wasm.numThreads !== threads) throw new Error(`has ${ort.env.wasm.numThreads} threads here`);
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [name, new ort.Tensor("float32", data, shape)]),
  );
  return {
    /** One run; the outputs by name. */
    async run() {
      const outputs = await session.run(feeds);
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
    },
  };
}
