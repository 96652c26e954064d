/**
 * `npm run bench:cold [-- options]`: from nothing to the first result. Each contender starts in fresh processes, in turn in an order
 * that is drawn anew for each round: import, engine, a network of 1 MB (ResNet-20, seeded weights), one run. Fails where outputs
 * differ by more than 1e-3 of the largest.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";
import { installPeers } from "../peers/install.mjs";
import { bundle, ENTRY, installBundler } from "../size/bundle.mjs";

/** espalier as one file, as its peers are published, and as it lies in node_modules. */
const CONTENDERS = ["espalier", "installed", "ort", "tfjs"];
const TOLERANCE = 1e-3;

await setup();
const { runCommand } = await import("../../dist/bench/command.js");
const { count, flag } = await import("../../dist/bench/options.js");
const { differenceOf } = await import("../../dist/bench/difference.js");
const { formatCold } = await import("../../dist/bench/cold/table.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const { compile, exportOnnx, MODELS } = await import("../../dist/src/index.js");
const { uniform } = await import("../../dist/src/random.js");
const options = {
  runs: count("--runs N", "fresh processes of each contender", 11),
  json: flag("--json", "figures as JSON"),
  write: flag("--write", "puts the table into bench/README.md"),
};

await runCommand("bench:cold", options, async ({ runs, json, write }) => {
  installPeers();
  installBundler();
  const folder = mkdtempSync(join(tmpdir(), "espalier-cold-"));
  try {
    await fill(folder);
    const report = race(folder, runs);
    const table = formatCold(report);
    console.log(json ? JSON.stringify(report) : table);
    if (write) writeSection(inRoot("bench/README.md"), "cold", "node", table);
    if (!(report.maxRelative <= TOLERANCE)) {
      console.error(`outputs are ${report.maxRelative} of the largest apart`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function fill(folder) {
  const graph = MODELS["resnet20_32"]();
  writeFileSync(join(folder, "network.esp"), compile(graph));
  writeFileSync(join(folder, "network.onnx"), exportOnnx(graph));
  const input = Float32Array.from({ length: 3 * 32 * 32 }, uniform(1));
  writeFileSync(join(folder, "input.f32"), new Uint8Array(input.buffer));
  copyFileSync(inRoot("dist/engine/baseline.wasm"), join(folder, "baseline.wasm"));
  const files = await bundle('export { load } from "espalier/runtime";', { platform: "node" });
  writeFileSync(join(folder, "espalier.mjs"), files.get(ENTRY));
}

function race(folder, runs) {
  const times = Object.fromEntries(CONTENDERS.map((name) => [name, []]));
  const outputs = {};
  const next = uniform(runs);
  for (let round = 0; round < runs; round++) {
    for (const name of shuffled(CONTENDERS, next)) {
      const { milliseconds, logits } = start(name, folder);
      times[name].push(milliseconds);
      outputs[name] = { logits };
    }
  }
  const medians = Object.fromEntries(
    CONTENDERS.map((name) => [`${name}Ms`, times[name].sort((a, b) => a - b)[runs >> 1]]),
  );
  const differences = CONTENDERS.map((name) => differenceOf(outputs.espalier, outputs[name]).maxRelative);
  return {
    ...medians,
    ortRatio: medians.ortMs / medians.espalierMs,
    tfjsRatio: medians.tfjsMs / medians.espalierMs,
    maxRelative: Math.max(...differences),
    engine: `node ${process.versions.node}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    date: new Date().toISOString().slice(0, 10),
    runs,
  };
}

function shuffled(list, next) {
  return list
    .map((each) => [next(), each])
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each);
}

function start(name, folder) {
  const words = [inRoot("bench/cold/contender.mjs"), name, folder];
  const { status, stdout } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = stdout.split("\n").find((each) => each.startsWith("{"));
  if (status !== 0 || line === undefined) throw new Error(`${name} ended with ${status}\n${stdout}`);
  return JSON.parse(line);
}
