/**
 * `npm run bench:size [-- --json]`: what pages download before their first answer, found out by running them: JavaScript, minified by
 * esbuild, and an engine, each file behind `gzip -9`. Fails where a classifier of dense networks takes more than 40 KB (40,960 bytes).
 */
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";
import { installBundler } from "./bundle.mjs";

const MOST_BYTES = 40 * 1024;

await setup();
const { runCommand } = await import("../../dist/bench/command.js");
const { flag } = await import("../../dist/bench/options.js");
const { formatSizes } = await import("../../dist/bench/size/table.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const options = {
  json: flag("--json", "figures as JSON"),
  write: flag("--write", "puts the table into README.md"),
};

await runCommand("bench:size", options, async ({ json, write }) => {
  installBundler();
  const { measureSizes } = await import("./measure.mjs");
  const report = await measureSizes();
  const table = formatSizes(report);
  console.log(json ? JSON.stringify(report) : table);
  if (write) writeSection(inRoot("README.md"), "size", "gzip", table);
  for (const { name, withEngineGz, promised } of report.pages) {
    if (!promised || withEngineGz <= MOST_BYTES) continue;
    console.error(`${withEngineGz} bytes for ${name}; at most ${MOST_BYTES} are promised`);
    process.exitCode = 1;
  }
});
