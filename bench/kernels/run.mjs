/** `npm run bench:kernels [-- options]`: every kernel on every convolution of bench/shapes/, beside the machine's peak. */
import { readdirSync, readFileSync } from "node:fs";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";

await setup();
const { FileError, RequestError } = await import("../../dist/src/errors.js");
const { keyOf } = await import("../../dist/bench/circumstances.js");
const { runCommand } = await import("../../dist/bench/command.js");
const { kernelsOptions } = await import("../../dist/bench/kernels/options.js");
const { distinctShapes, parseShapes } = await import("../../dist/bench/kernels/shapes.js");
const { formatMarkdown, formatReport } = await import("../../dist/bench/kernels/table.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const { ENGINES, openEngine, runInEngine } = await import("../engines.mjs");

await runCommand("bench:kernels", kernelsOptions(ENGINES), async ({ json, write, ...options }) => {
  const report = await measure(options);
  console.log(json ? JSON.stringify(report) : formatReport(report));
  if (write) writeSection(inRoot("bench/README.md"), "kernels", keyOf(report), formatMarkdown(report));
});

async function measure({ shapes: file, threads, runs, ...asked }) {
  const shapes = readShapes(file);
  const { engine, version, cpu, build } = await openEngine(asked);
  const job = { shapes, build, threads, runs };
  const { peakGflops, rows } = await runInEngine(engine, "dist/bench/kernels/measure.js", job);
  const date = new Date().toISOString().slice(0, 10);
  return { engine, version, build, cpu, threads, runs, date, peakGflops, rows };
}

function readShapes(file) {
  const folder = inRoot("bench/shapes");
  const files = file === undefined ? readdirSync(folder).sort() : [file];
  const read = (name) => {
    try {
      return readFileSync(file ?? `${folder}/${name}`, "utf8");
    } catch (error) {
      throw new FileError(error.message, name);
    }
  };
  const shapes = distinctShapes(files.flatMap((name) => parseShapes(read(name), name)));
  if (shapes.length === 0) throw new RequestError("has no convolutions", file);
  return shapes;
}
