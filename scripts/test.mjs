/** `npm test [-- pattern]`: sets up, runs every test, and ends with a line "N passed, N failed". */
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { inRoot } from "./checkout.mjs";
import { setup } from "./setup.mjs";

await setup();
const pattern = process.argv[2] ? `${process.argv[2]}.*\\.test\\.js$` : "\\.test\\.js$";
const colour = process.stdout.isTTY ? [] : ["--no-color"];
const tests = spawn(process.execPath, [inRoot("node_modules/uvu/bin.js"), ...colour, inRoot("dist/tests"), pattern], {
  cwd: inRoot("."),
  stdio: ["ignore", "pipe", "inherit"],
});
let summary = "";
tests.stdout.on("data", (chunk) => {
  process.stdout.write(chunk);
  summary = (summary + chunk).slice(-4000);
});
const code = await new Promise((resolve) => tests.on("close", resolve));
// uvu closes with "  Total:     12", "  Passed:    12", "  Skipped:   0"; a file that cannot be loaded leaves them out.
const plain = stripVTControlCharacters(summary);
const number = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(plain)?.[1] ?? 0);
const [total, passed, skipped] = ["Total", "Passed", "Skipped"].map(number);
const failed = code !== 0 && total === passed ? total - passed + 1 : total - passed;
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || total === 0 ? 1 : 0;
