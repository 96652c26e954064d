/**
 * The benchmark as a command of Deno or Node; prints the report as JSON:
 *
 *   deno run --allow-read npm:espalier/benchmark/command dense.esp half.esp
 *   node node_modules/espalier/dist/src/benchmark/command.js dense.esp half.esp
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { argv } from "node:process";
import { EspalierError } from "../errors.js";
import { load } from "../runtime/index.js";
import { benchmark } from "./benchmark.js";

try {
  const paths = argv.slice(2);
  const read = async (path: string) => ({
    name: basename(path, ".esp"),
    network: new Uint8Array(await readFile(path)),
  });
  console.log(JSON.stringify(await benchmark(load, await Promise.all(paths.map(read)))));
} catch (error) {
  const isTheirs = error instanceof EspalierError || (error as { code?: string }).code !== undefined;
  if (!isTheirs) throw error;
  console.error(`espalier: ${(error as Error).message}`);
  globalThis.process.exitCode = 1;
}
