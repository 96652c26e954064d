/**
 * `npm run bench:prune -- --model FILE --data SET --test SET`: every pruning method at given budgets on one network under one setup,
 * through the command line, as one table and one picture.
 */
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";

await setup();
const { runCommand } = await import("../../dist/bench/command.js");
const { drawReport } = await import("../../dist/bench/prune/chart.js");
const { measure } = await import("../../dist/bench/prune/measure.js");
const { pruneOptions } = await import("../../dist/bench/prune/options.js");
const { formatMarkdown, formatReport } = await import("../../dist/bench/prune/table.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const { checkWritable, writeFileSafely } = await import("../../dist/src/cli/files.js");
const { openEngine } = await import("../engines.mjs");

await runCommand("bench:prune", pruneOptions, async (options) => {
  if (options.draw !== undefined) checkWritable(options.draw);
  const measured = await measure(options, inRoot("bin/espalier.js"));
  const { engine, version, cpu } = await openEngine({ engine: "node", build: "baseline" });
  const date = new Date().toISOString().slice(0, 10);
  const report = { engine, version, cpu, date, runs: options.runs, samples: options.samples, ...measured };
  console.log(options.json ? JSON.stringify(report) : formatReport(report));
  if (options.draw !== undefined) writeFileSafely(options.draw, await drawReport(report));
  if (options.write !== undefined)
    writeSection(inRoot("docs/methods.md"), "prune", options.write, formatMarkdown(report));
});
