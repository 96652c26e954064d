/**
 * A server that classifies pictures: POST a JPEG or a PNG, get its best classes.
 *
 *   deno run --allow-read=network.esp --allow-net server.ts network.esp 8000
 */
import { classes, load, pixels } from "espalier/runtime";
import { decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";

const [path, port] = Deno.args;
if (!path || !port) throw new Error("usage: deno run --allow-read --allow-net server.ts network.esp PORT");
const session = await load(await Deno.readFile(path));

function decode(bytes: Uint8Array) {
  if (bytes[0] !== 0x89) return jpeg.decode(bytes, { useTArray: true });
  const { width, height, data } = decodePng(bytes);
  if (data instanceof Uint16Array) throw new Error("a PNG of 16 bits a sample; 8 are read");
  return { width, height, data };
}

async function answer(request: Request): Promise<Response> {
  if (request.method !== "POST") return Response.json({ network: session.name, input: session.inputs[0] });
  try {
    const picture = decode(new Uint8Array(await request.arrayBuffer()));
    // In slices, so that other requests are answered meanwhile; a client that hangs up stops its run.
    const outputs = await session.runAsync(pixels(session, picture), { signal: request.signal });
    return Response.json(classes(session, outputs, { probabilities: true }));
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 400 });
  }
}

Deno.serve({ port: Number(port), hostname: "127.0.0.1" }, answer);
