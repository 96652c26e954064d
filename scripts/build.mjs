/**
 * `npm run build`: generated code, wasm modules, JavaScript with types. Each stage runs only when what it reads has changed;
 * `--force` runs all of them.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fingerprint, inRoot, runNode } from "./checkout.mjs";

const STAMPS = inRoot("dist/.stamps.json");

/** THE list of stages: what each reads, and what it does. */
const STAGES = [
  {
    name: "generate",
    reads: ["schemas", "scripts/generate.mjs"],
    run: async () => (await import("./generate.mjs")).generate(),
  },
  {
    name: "engine",
    reads: ["assembly", "asconfig.json", "scripts/engine.mjs"],
    run: async () => (await import("./engine.mjs")).buildEngines(),
  },
  {
    name: "typescript",
    reads: [
      "src",
      "tests",
      "bench",
      "examples",
      "web",
      "assembly/abi.ts",
      "tsconfig.json",
      "schemas",
      "scripts/generate.mjs",
      "assembly",
      "scripts/engine.mjs",
      "scripts/inline-contract.mjs",
    ],
    run: async () => {
      for (const folder of ["src", "tests", "bench", "examples", "web"])
        rmSync(inRoot("dist", folder), { recursive: true, force: true });
      runNode("node_modules/typescript/bin/tsc", ["-p", "tsconfig.json"]);
      copyGenerated();
      await (await import("./inline-contract.mjs")).inlineContract();
    },
  },
];

/** The compiler passes hand-off files by: protobufjs's own JavaScript and types are copied beside what it emitted. */
function copyGenerated() {
  mkdirSync(inRoot("dist/src/gen"), { recursive: true });
  for (const file of readdirSync(inRoot("src/gen"))) {
    if (/\.(js|d\.ts)$/.test(file)) copyFileSync(inRoot("src/gen", file), inRoot("dist/src/gen", file));
  }
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(STAMPS, "utf8"));
  } catch {
    return {};
  }
}

/** Runs the stages that are stale, from the root of the checkout; true if there were any. */
export async function build(options) {
  const before = process.cwd();
  process.chdir(inRoot("."));
  try {
    return await runStages(options);
  } finally {
    process.chdir(before);
  }
}

async function runStages({ force = false, log = console.error } = {}) {
  const stamps = force ? {} : readStamps();
  let built = false;
  for (const stage of STAGES) {
    const stamp = fingerprint(stage.reads);
    if (stamps[stage.name] === stamp) continue;
    log(`espalier: building (${stage.name}) ...`);
    await stage.run();
    stamps[stage.name] = stamp;
    mkdirSync(inRoot("dist"), { recursive: true });
    writeFileSync(STAMPS, JSON.stringify(stamps));
    built = true;
  }
  return built;
}

if (process.argv[1] && import.meta.filename === process.argv[1])
  await build({ force: process.argv.includes("--force") });
