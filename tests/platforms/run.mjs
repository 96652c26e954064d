/**
 * `npm run test:platforms`: the tests on other platforms than the user's own Node. What is not installed is installed into this
 * folder where that is possible; what cannot be is said and left out. Fails when a platform that is there fails.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";

const UVU = inRoot("node_modules/uvu/bin.js");

/** THE list of platforms: where its program is, and how the tests run on it. */
const PLATFORMS = [
  {
    name: "a newer Node, relaxed build",
    program: inRoot("tests/platforms/node_modules/node/bin/node"),
    words: [UVU, inRoot("dist/tests"), "(ops|runtime|compile|models|real-models).*\\.test\\.js$"],
    env: { ESPALIER_BUILD: "relaxed" },
  },
  {
    name: "a newer Node, baseline build",
    program: inRoot("tests/platforms/node_modules/node/bin/node"),
    words: [UVU, inRoot("dist/tests"), "(ops|runtime|real-models).*\\.test\\.js$"],
    env: { ESPALIER_BUILD: "baseline" },
  },
];

await setup();
if (PLATFORMS.some(({ program }) => !existsSync(program))) {
  console.error("espalier: installing platforms ...");
  spawnSync("npm", ["ci", "--loglevel=error"], { cwd: inRoot("tests/platforms"), stdio: ["ignore", 2, 2] });
}
const results = PLATFORMS.map(({ name, program, words, env }) => {
  if (!existsSync(program)) return [name, "skipped: could not be installed"];
  console.log(`\n${name}`);
  const { status } = spawnSync(program, words, { cwd: inRoot("."), stdio: "inherit", env: { ...process.env, ...env } });
  return [name, status === 0 ? "passed" : "FAILED"];
});
console.log();
for (const [name, result] of results) console.log(`${name}: ${result}`);
process.exitCode = results.some(([, result]) => result === "FAILED") ? 1 : 0;
