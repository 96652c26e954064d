/**
 * `npm run bench:peers -- FILE.onnx ...`: the same files on espalier and on onnxruntime-web, one thread each, in turn; how far
 * the outputs are apart, and how long each takes. Fails where outputs differ by more than 1e-4 of the largest.
 */
import { readFileSync } from "node:fs";
import { setup } from "../../scripts/setup.mjs";
import { installPeers } from "./install.mjs";

const RUNS = 50;
const WARM_UP_MS = 500;
const TOLERANCE = 1e-4;

const words = process.argv.slice(2);
const files = words.filter((word) => word !== "--json");
if (files.length === 0) {
  console.error("usage: npm run bench:peers -- FILE.onnx ... [--json]");
  process.exit(2);
}
await setup();
installPeers();
const { openOrt, ortVersion } = await import("./ort.mjs");
const { compile, importOnnx, load } = await import("../../dist/src/index.js");
const { randomInputs } = await import("../../dist/src/measure/latency.js");
const { differenceOf } = await import("../../dist/bench/difference.js");
const { race } = await import("../../dist/bench/race.js");

async function compare(file) {
  const bytes = readFileSync(file);
  const session = await load(compile(importOnnx(bytes).graph));
  const inputs = randomInputs(session);
  const tensors = session.inputs.map(({ name, shape }) => [name, { shape, data: inputs[name] }]);
  const peer = await openOrt(bytes, Object.fromEntries(tensors));
  const { maxRelative } = differenceOf(session.run(inputs), await peer.run());
  const contenders = [() => session.run(inputs), () => peer.run()];
  const [ours, theirs] = await race(contenders, { runs: RUNS, warmUpMs: WARM_UP_MS });
  return {
    file,
    build: session.build,
    maxRelative,
    espalierMs: ours.medianMs,
    ortMs: theirs.medianMs,
    ortRatio: theirs.medianMs / ours.medianMs,
  };
}

const rows = [];
for (const file of files) rows.push(await compare(file));
if (words.includes("--json"))
  console.log(JSON.stringify({ engine: `node ${process.versions.node}`, ort: ortVersion, threads: 1, rows }));
else console.table(rows);
process.exitCode = rows.some(({ maxRelative }) => !(maxRelative <= TOLERANCE)) ? 1 : 0;
