/**
 * `npm run bench:models [-- options]`: whole networks on espalier and its peers, in turn in one process for each network. Fails
 * where a network cannot be measured, or where outputs are further apart than 1e-3 of the largest.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";
import { installPeers } from "../peers/install.mjs";
import { provideEngine, runInEngine } from "./engines.mjs";

const TOLERANCE = 1e-3;
/** Medians this many times the minima say that other programs ran, too. */
const NOISY = 1.25;
const README = inRoot("bench/README.md");

// So that the engine, which stops when this process exits, is stopped on these, too.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
await setup();
const { parseOptions, USAGE } = await import("../../dist/bench/models/options.js");
const { formatMarkdown, formatReport } = await import("../../dist/bench/models/figures.js");
const { replaceSection } = await import("../../dist/bench/sections.js");

const options = readOptions();
installPeers();
const report = await measureAll(options, await describeEngine(options));
if (options.json) console.log(JSON.stringify(report));
else console.log(formatReport(report));
if (options.write) write(report);
const faults = report.rows.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

function readOptions() {
  if (process.argv.includes("--help")) {
    console.log(USAGE);
    process.exit(0);
  }
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    return refuse(`${error.message}\n\n${USAGE}`);
  }
}

function refuse(message, code = 2) {
  console.error(`bench:models: ${message}`);
  process.exit(code);
}

async function describeEngine({ engine, build }) {
  const reason = provideEngine(engine);
  if (reason !== undefined) refuse(`${engine} could not be installed (${reason})`, 1);
  const { relaxed, ...facts } = await runInEngine(engine, "describe.mjs");
  if (build === "relaxed" && !relaxed) {
    refuse(`${engine} ${facts.version} has no relaxed SIMD; ask for --build baseline or another --engine`);
  }
  return facts;
}

async function measureAll({ nets, engine, build, threads, runs, ...rest }, { version, cpu }) {
  const rows = [];
  for (const net of nets) {
    const start = performance.now();
    process.stderr.write(`${net} (${rows.length + 1} of ${nets.length}) ... `);
    const row = await measure(engine, { net, build, threads, runs, ...rest });
    rows.push(row);
    process.stderr.write(`${summaryOf(row)} (${((performance.now() - start) / 1000).toFixed(0)} s)\n`);
  }
  const date = new Date().toISOString().slice(0, 10);
  return { engine, version, build, cpu, threads, runs, date, peers: versionsOf(rest.peers), rows };
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
    return await runInEngine(engine, "measure.mjs", job);
  } catch (error) {
    const names = ["espalier", "ort", "tfjs"].flatMap((name) => [`${name}Ms`, `${name}MinMs`]);
    const cells = [...names, "macs", "ortRatio", "tfjsRatio", "maxAbs", "maxRelative"].map((name) => [name, null]);
    return { net: job.net, ...Object.fromEntries(cells), why: error.message };
  }
}

function summaryOf(row) {
  const ratio = (name) => (row[`${name}Ratio`] === null ? [] : [`${name} ${row[`${name}Ratio`].toFixed(2)}x`]);
  const time = row.espalierMs === null ? [] : [`${row.espalierMs.toFixed(2)} ms`];
  return [...time, ...ratio("ort"), ...ratio("tfjs"), ...noiseOf(row), ...(row.why === null ? [] : [row.why])].join(
    ", ",
  );
}

function noiseOf(row) {
  const noise = Math.max(...["espalier", "ort", "tfjs"].map((name) => row[`${name}Ms`] / row[`${name}MinMs`] || 0));
  return noise > NOISY ? [`noisy: medians up to ${noise.toFixed(1)} times the minima`] : [];
}

function faultsOf({ net, espalierMs, maxRelative, why }) {
  if (espalierMs === null) return [`${net}: could not be measured: ${why}`];
  if (maxRelative === null || maxRelative <= TOLERANCE) return [];
  return [`${net}: outputs are ${maxRelative} of the largest apart`];
}

function write(report) {
  const key = `${report.engine} ${report.build} ${report.threads}`;
  writeFileSync(README, replaceSection(readFileSync(README, "utf8"), "models", key, formatMarkdown(report)));
}
