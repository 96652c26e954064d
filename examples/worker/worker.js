/**
 * A Worker around one network: POST the input as float32 numbers, get the first output back as float32 numbers. Bundle it with
 * wrangler, which makes a `WebAssembly.Module` of the engine and, by a rule of type Data, an `ArrayBuffer` of the network.
 */
import engine from "espalier/engine/baseline.wasm";
import { load } from "espalier/runtime";
import network from "./network.esp";

const session = await load(new Uint8Array(network), { engine, maxBytes: 64 * 2 ** 20 });
const [input] = session.inputs;
const [output] = session.outputs;

export default {
  async fetch(request) {
    if (request.method !== "POST") return Response.json({ input, output });
    const body = await request.arrayBuffer();
    try {
      const outputs = session.run({ [input.name]: new Float32Array(body) });
      return new Response(outputs[output.name]);
    } catch (error) {
      return new Response(error.message, { status: 400 });
    }
  },
};
