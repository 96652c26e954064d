/**
 * `npm run bench:models [-- options]`: whole networks on espalier and its peers, in turn in one process for each network. Fails
 * where a network cannot be measured, or where outputs are further apart than 1e-3 of the largest.
 */
import { readFileSync } from "node:fs";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";
import { installPeers } from "../peers/install.mjs";

const TOLERANCE = 1e-3;
/** Medians this many times the minima say that other programs ran, too. */
const NOISY = 1.25;
const CONTENDERS = ["espalier", "dense", "ort", "tfjs"];

await setup();
const { keyOf } = await import("../../dist/bench/circumstances.js");
const { runCommand } = await import("../../dist/bench/command.js");
const { formatMarkdown, formatReport } = await import("../../dist/bench/models/figures.js");
const { modelsOptions } = await import("../../dist/bench/models/options.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const { ENGINES, openEngine, runInEngine } = await import("../engines.mjs");

await runCommand("bench:models", modelsOptions(ENGINES), async ({ json, write, ...options }) => {
  installPeers();
  const report = await measureAll(options, await openEngine(options));
  console.log(json ? JSON.stringify(report) : formatReport(report));
  if (write) writeSection(inRoot("bench/README.md"), "models", keyOf(report), formatMarkdown(report));
  const faults = report.rows.flatMap(faultsOf);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
});

async function measureAll({ nets, engine, build, threads, runs, keep, ...rest }, { version, cpu }) {
  const rows = [];
  for (const net of nets) {
    const start = performance.now();
    process.stderr.write(`${net} (${rows.length + 1} of ${nets.length}) ... `);
    const row = await measure(engine, { net, build, threads, runs, keep, ...rest });
    rows.push(row);
    process.stderr.write(`${summaryOf(row)} (${((performance.now() - start) / 1000).toFixed(0)} s)\n`);
  }
  const date = new Date().toISOString().slice(0, 10);
  const pruned = keep === undefined ? {} : { keep: `${keep.kind}=${keep.value}` };
  return { engine, version, build, cpu, threads, ...pruned, runs, date, peers: versionsOf(rest.peers), rows };
}

/** As the peers' manifest pins them. */
function versionsOf(peers) {
  const { dependencies } = JSON.parse(readFileSync(inRoot("bench/peers/package.json"), "utf8"));
  const packages = { ort: "onnxruntime-web", tfjs: "@tensorflow/tfjs-backend-wasm" };
  return Object.fromEntries(peers.map((peer) => [peer, dependencies[packages[peer]]]));
}

/** A network that cannot be measured at all is a row of nulls with the reason. */
async function measure(engine, job) {
  try {
    return await runInEngine(engine, "bench/models/measure.mjs", job);
  } catch (error) {
    const times = CONTENDERS.flatMap((name) => [`${name}Ms`, `${name}MinMs`]);
    const ratios = CONTENDERS.slice(1).map((name) => `${name}Ratio`);
    const cells = [...times, ...ratios, "macs", "denseMacs", "maxAbs", "maxRelative"].map((name) => [name, null]);
    return { net: job.net, ...Object.fromEntries(cells), why: error.message };
  }
}

function summaryOf(row) {
  const ratio = (name) => (row[`${name}Ratio`] === null ? [] : [`${name} ${row[`${name}Ratio`].toFixed(2)}x`]);
  const time = row.espalierMs === null ? [] : [`${row.espalierMs.toFixed(2)} ms`];
  const ratios = CONTENDERS.slice(1).flatMap(ratio);
  return [...time, ...ratios, ...noiseOf(row), ...(row.why === null ? [] : [row.why])].join(", ");
}

function noiseOf(row) {
  const noise = Math.max(...CONTENDERS.map((name) => row[`${name}Ms`] / row[`${name}MinMs`] || 0));
  return noise > NOISY ? [`noisy: medians up to ${noise.toFixed(1)} times the minima`] : [];
}

function faultsOf({ net, espalierMs, maxRelative, why }) {
  if (espalierMs === null) return [`${net}: could not be measured: ${why}`];
  if (maxRelative === null || maxRelative <= TOLERANCE) return [];
  return [`${net}: outputs are ${maxRelative} of the largest apart`];
}
