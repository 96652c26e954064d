/**
 * `npm run test:platforms [-- name]`: the tests on other platforms than the user's own Node, or on those whose name contains the
 * word. What is not installed is installed into this folder where that is possible; what cannot be is said and left out. Fails
 * when a platform that is there fails.
 */
import { existsSync } from "node:fs";
import { setup } from "../../scripts/setup.mjs";
import { chromium } from "./chromium.mjs";
import { deno } from "./deno.mjs";
import { newerNodeBaseline, newerNodeRelaxed } from "./newer-node.mjs";
import { newerNode, ownNode } from "./node.mjs";
import { installPrograms, versionOf } from "./programs.mjs";
import { workerd } from "./workerd.mjs";

/**
 * THE list of platforms: each has a name, the path of its program, the paths of what else it `needs`, a way of its own to
 * `install` the program where the manifest has none, and `run`, which is true if the platform passes.
 */
const PLATFORMS = [ownNode, newerNode, deno, workerd, chromium, newerNodeRelaxed, newerNodeBaseline];

// So that what a platform started and stops when this process exits is stopped on these, too.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
const wanted = PLATFORMS.filter(({ name }) => name.toLowerCase().includes((process.argv[2] ?? "").toLowerCase()));
const results = [];
await setup();
const reason = installPrograms(
  wanted.flatMap(({ program, install, needs = [] }) => (install ? needs : [program, ...needs])),
);
for (const platform of wanted) results.push([platform, await resultOf(platform)]);
console.log();
for (const [{ name, program }, result] of results) console.log(`${nameAndVersion(name, program)}: ${result}`);
process.exitCode = results.length === 0 || results.some(([, result]) => result === "FAILED") ? 1 : 0;

async function resultOf({ name, program, install, needs = [], run }) {
  const own = install?.();
  const missing = [program, ...needs].find((path) => !existsSync(path));
  if (missing) return `skipped: could not be installed (${(missing === program && own) || reason})`;
  console.log(`\n${name}`);
  try {
    return (await run()) ? "passed" : "FAILED";
  } catch (error) {
    console.error(error);
    return "FAILED";
  }
}

function nameAndVersion(name, program) {
  const version = versionOf(program);
  return version === "" ? name : `${name} (${version})`;
}
