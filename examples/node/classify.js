/**
 * Classifies picture files:
 *
 *   node classify.js network.esp cat.jpg dog.png
 */
import { readFile } from "node:fs/promises";
import { classes, load, pixels } from "espalier/runtime";
import { decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";

const [network, ...pictures] = process.argv.slice(2);
if (pictures.length === 0) {
  console.error("usage: node classify.js NETWORK.esp PICTURE ...");
  process.exit(2);
}

const session = await load(await readFile(network));
const decode = (bytes) => (bytes[0] === 0x89 ? decodePng(bytes) : jpeg.decode(bytes, { useTArray: true }));

for (const path of pictures) {
  const outputs = session.run(pixels(session, decode(await readFile(path))));
  for (const { label, class: number, score } of classes(session, outputs, { most: 3, probabilities: true })) {
    console.log(`${path}: ${label ?? `class ${number}`} ${(100 * score).toFixed(1)}%`);
  }
}
