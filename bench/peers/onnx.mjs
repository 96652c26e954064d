/**
 * `npm run bench:peers -- FILE.onnx ...`: the same files on espalier and on onnxruntime-web, one thread each, in turn; how far
 * the outputs are apart, and how long each takes. Fails where outputs differ by more than 1e-4 of the largest.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";

const RUNS = 50;
const WARM_UP_MS = 500;
const TOLERANCE = 1e-4;

await setup();
if (!existsSync(inRoot("bench/peers/node_modules/onnxruntime-web"))) {
  console.error("espalier: installing peers ...");
  spawnSync("npm", ["ci", "--loglevel=error"], { cwd: inRoot("bench/peers"), stdio: ["ignore", 2, 2] });
}
const ort = await import("onnxruntime-web/wasm");
const { compile, importOnnx, load } = await import("../../dist/src/index.js");
const { randomInputs } = await import("../../dist/src/measure/latency.js");
ort.env.wasm.numThreads = 1;

const words = process.argv.slice(2);
const files = words.filter((word) => word !== "--json");
if (files.length === 0) {
  console.error("usage: npm run bench:peers -- FILE.onnx ... [--json]");
  process.exit(2);
}

async function timeOnce(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

async function compare(file) {
  const bytes = readFileSync(file);
  const session = await load(compile(importOnnx(bytes).graph));
  const peer = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const inputs = randomInputs(session);
  const feeds = Object.fromEntries(
    session.inputs.map(({ name, shape }) => [name, new ort.Tensor("float32", inputs[name], shape)]),
  );
  const [ours, theirs] = [session.run(inputs), await peer.run(feeds)];
  const differences = session.outputs.map(({ name }) => {
    const expected = theirs[name].data;
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[name][i])), 0) / largest;
  });
  const runners = [() => session.run(inputs), () => peer.run(feeds)];
  for (const run of runners) for (let spent = 0; spent < WARM_UP_MS;) spent += await timeOnce(run);
  const times = [[], []];
  for (let i = 0; i < RUNS; i++) for (const [k, run] of runners.entries()) times[k].push(await timeOnce(run));
  const [espalierMs, ortMs] = times.map(median);
  return {
    file,
    build: session.build,
    maxRelative: Math.max(...differences),
    espalierMs,
    ortMs,
    ortRatio: ortMs / espalierMs,
  };
}

const rows = [];
for (const file of files) rows.push(await compare(file));
if (words.includes("--json"))
  console.log(JSON.stringify({ engine: `node ${process.versions.node}`, ort: ort.env.versions.web, threads: 1, rows }));
else console.table(rows);
process.exitCode = rows.some(({ maxRelative }) => !(maxRelative <= TOLERANCE)) ? 1 : 0;
