/**
 * A Worker that classifies pictures: POST a JPEG or a PNG, get its best classes. Bundle it with wrangler (wrangler.toml), which
 * takes the condition "workerd" of the package: engines are modules there, so nothing has to be found or handed in.
 */
import { classes, load, pixels } from "espalier/runtime";
import { decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";
import network from "./network.esp";

const session = await load(new Uint8Array(network), { maxBytes: 64 * 2 ** 20 });

const decode = (bytes) => (bytes[0] === 0x89 ? decodePng(bytes) : jpeg.decode(bytes, { useTArray: true }));

export default {
  async fetch(request) {
    if (request.method !== "POST") return Response.json({ network: session.name, input: session.inputs[0] });
    try {
      const picture = decode(new Uint8Array(await request.arrayBuffer()));
      const outputs = session.run(pixels(session, picture));
      return Response.json(classes(session, outputs, { probabilities: true }));
    } catch (error) {
      return Response.json({ error: error.message }, { status: 400 });
    }
  },
};
