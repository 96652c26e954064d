/**
 * `npm test [-- pattern]`: sets up, runs every test, and ends with a line "N passed, N failed". Files run in as many processes as there
 * are cores, a portion at a time; what a portion says comes when it has ended.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { inRoot } from "./checkout.mjs";
import { setup } from "./setup.mjs";

/** Portions for each process: the more, the less one waits for the last; each takes a start. */
const PORTIONS = 16;

await setup();
const pattern = new RegExp(`${process.argv[2] ?? ""}.*\\.test\\.js$`, "i");
const files = readdirSync(inRoot("dist/tests"), { recursive: true })
  .filter((file) => pattern.test(file))
  .sort();
const processes = Math.min(availableParallelism(), files.length);
// Neighbours take about as long as each other: they go into different portions.
const portionCount = Math.min(PORTIONS * processes, files.length);
const portions = Array.from({ length: portionCount }, (_, i) => files.filter((_, at) => at % portionCount === i));
const sums = { passed: 0, failed: 0, skipped: 0 };
const takeTurns = async () => {
  for (let portion = portions.shift(); portion; portion = portions.shift()) {
    for (const [key, count] of Object.entries(await run(portion))) sums[key] += count;
  }
};
await Promise.all(Array.from({ length: processes }, takeTurns));
const { passed, failed, skipped } = sums;
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || passed + skipped === 0 ? 1 : 0;

/** How many tests of these files passed, failed, and were skipped. */
async function run(portion) {
  const names = portion.map((file) => file.replace(/[^\w/-]/g, "\\$&"));
  const colour = process.stdout.isTTY ? [] : ["--no-color"];
  const uvu = inRoot("node_modules/uvu/bin.js");
  const tests = spawn(process.execPath, [uvu, ...colour, inRoot("dist/tests"), `^(${names.join("|")})$`], {
    cwd: inRoot("."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  tests.stdout.on("data", (chunk) => {
    said += chunk;
    if (processes === 1) process.stdout.write(chunk);
  });
  const code = await new Promise((resolve) => tests.on("close", resolve));
  if (processes > 1) process.stdout.write(said);
  // uvu closes with "  Total:     12", "  Passed:    12", "  Skipped:   0"; a file that cannot be loaded leaves them out.
  const plain = stripVTControlCharacters(said.slice(-4000));
  const number = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(plain)?.[1] ?? 0);
  const [total, passed, skipped] = ["Total", "Passed", "Skipped"].map(number);
  return { passed, failed: code !== 0 && total === passed ? total - passed + 1 : total - passed, skipped };
}
