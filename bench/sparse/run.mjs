/** `npm run bench:sparse [-- options]`: what each kind of sparsity gives over the dense convolution, and from where on it pays. */
import { readFileSync } from "node:fs";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";

await setup();
const { writeFileSafely } = await import("../../dist/src/cli/files.js");
const { FileError, RequestError } = await import("../../dist/src/errors.js");
const { keyOf } = await import("../../dist/bench/circumstances.js");
const { runCommand } = await import("../../dist/bench/command.js");
const { distinctShapes, parseShapes } = await import("../../dist/bench/kernels/shapes.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const { drawSpeedups } = await import("../../dist/bench/sparse/curves.js");
const { sparseOptions } = await import("../../dist/bench/sparse/options.js");
const { formatMarkdown, formatReport } = await import("../../dist/bench/sparse/table.js");
const networks = await import("../../dist/bench/sparse/networks-table.js");
const { ENGINES, openEngine, runInEngine } = await import("../engines.mjs");

await runCommand("bench:sparse", sparseOptions(ENGINES), async ({ json, write, draw, ...options }) => {
  const report = options.from === undefined ? await measure(options) : readReport(options);
  const { formatReport: text, formatMarkdown: markdown } = options.networks
    ? networks
    : { formatReport, formatMarkdown };
  console.log(json ? JSON.stringify(report) : text(report));
  const section = options.networks ? "sparse-networks" : "sparse";
  if (write) writeSection(inRoot("bench/README.md"), section, keyOf(report), markdown(report));
  if (draw !== undefined) writeFileSafely(draw, await drawSpeedups(report));
});

async function measure({ kinds, shapes, networks, threads, runs, ...asked }) {
  const { engine, version, cpu, build } = await openEngine(asked);
  const job = { build, threads, runs, kinds, ...(shapes === undefined ? {} : { shapes: readShapes(shapes) }) };
  const script = networks ? "dist/bench/sparse/networks.js" : "dist/bench/sparse/measure.js";
  const { rows } = await runInEngine(engine, script, job);
  const date = new Date().toISOString().slice(0, 10);
  return { engine, version, build, cpu, threads, runs, date, rows };
}

/** What was measured before, of the kinds and shapes that are asked for. */
function readReport({ from, kinds, shapes }) {
  const report = parse(read(from), from);
  const texts = shapes === undefined ? undefined : readShapes(shapes).map(({ text }) => text);
  const rows = report.rows.filter(({ kind, shape }) => kinds.includes(kind) && (texts?.includes(shape) ?? true));
  if (rows.length === 0) throw new RequestError("has no such rows", from);
  return { ...report, rows };
}

function parse(text, file) {
  try {
    const report = JSON.parse(text);
    if (Array.isArray(report?.rows)) return report;
  } catch {
    // Said below.
  }
  throw new FileError("is not what bench:sparse -- --json prints", file);
}

function readShapes(file) {
  const shapes = distinctShapes(parseShapes(read(file), file));
  if (shapes.length === 0) throw new RequestError("has no convolutions", file);
  return shapes;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new FileError(error.message, file);
  }
}
