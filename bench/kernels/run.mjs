/**
 * `npm run bench:kernels`: every kernel on every convolution of bench/shapes/, beside the machine's peak.
 *
 *   --shapes FILE     only the convolutions of this file
 *   --build BUILD     auto, baseline or relaxed
 *   --engine ENGINE   node, node-latest or deno
 *   --threads N       workers that compute, 1 unless said
 *   --runs N          measured rounds, 15 unless said
 *   --json            one JSON object instead of a table
 *   --write           the table into bench/README.md
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";

await setup();
const { EspalierError, FileError, RequestError } = await import("../../dist/src/errors.js");
const { distinctShapes, parseShapes } = await import("../../dist/bench/kernels/shapes.js");
const { formatMarkdown, formatReport } = await import("../../dist/bench/kernels/table.js");
const { runIn } = await import("../engines.mjs");
const { writeSection } = await import("../report-file.mjs");

const FRESH = "# Measurements\n\nOn shared virtual machines times move by some 10 %: compare within a table.\n";

function readOptions() {
  const text = (fallback) => ({ type: "string", ...(fallback === undefined ? {} : { default: fallback }) });
  try {
    return parseArgs({
      options: {
        shapes: text(),
        build: text("auto"),
        engine: text("node"),
        threads: text("1"),
        runs: text("15"),
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new RequestError(error.message);
  }
}

function count(text, option) {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new RequestError(`expected a whole number from 1 on, got "${text}"`, option);
  return Number(text);
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

function run() {
  const { shapes, build, engine, threads, runs, json, write } = readOptions();
  const request = {
    shapes: readShapes(shapes),
    build,
    threads: count(threads, "--threads"),
    runs: count(runs, "--runs"),
  };
  const measured = JSON.parse(runIn(engine, "dist/bench/kernels/measure.js", [JSON.stringify(request)]));
  const { peakGflops, ...rest } = measured;
  const report = { peakGflops, engine, cpu: cpus()[0]?.model.trim() ?? "unknown processor", ...rest };
  console.log(json ? JSON.stringify(report) : formatReport(report));
  if (!write) return;
  const words = [engine, report.build, ...(report.threads > 1 ? [`${report.threads} threads`] : [])].join(" ");
  const contents = formatMarkdown(report, new Date().toISOString().slice(0, 10));
  writeSection(inRoot("bench/README.md"), { name: "kernels", words, contents, fresh: FRESH });
}

try {
  run();
} catch (error) {
  if (!(error instanceof EspalierError)) throw error;
  console.error(`bench:kernels: ${error.message}`);
  process.exitCode = error.exitCode;
}
