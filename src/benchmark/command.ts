/**
 * The benchmark as a command of Deno or Node; prints the report as JSON:
 *
 *   deno run --allow-read npm:espalier/benchmark/command dense.esp half.esp
 *   node node_modules/espalier/dist/src/benchmark/command.js dense.esp half.esp
 *
 * With `--latency-table` in front of one network it prints that network's latency table instead.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import process, { argv } from "node:process";
import { EspalierError, RequestError } from "../errors.js";
import { load, loadNetwork } from "../runtime/index.js";
import { benchmark } from "./benchmark.js";
import { formatLatencyTable } from "./latency-table.js";
import { measureLatencyTable } from "./measure-latency.js";

try {
  const paths = argv.slice(2);
  const read = async (path: string) => ({
    name: basename(path, ".esp"),
    network: new Uint8Array(await readFile(path)),
  });
  if (paths[0] === "--latency-table") {
    if (paths.length !== 2) throw new RequestError(`is of one network; ${paths.length - 1} were given`, paths[0]);
    const { network } = await read(paths[1]!);
    process.stdout.write(formatLatencyTable(await measureLatencyTable(loadNetwork, network)));
  } else {
    console.log(JSON.stringify(await benchmark(load, await Promise.all(paths.map(read)))));
  }
} catch (error) {
  const isTheirs = error instanceof EspalierError || (error as { code?: string }).code !== undefined;
  if (!isTheirs) throw error;
  console.error(`espalier: ${(error as Error).message}`);
  globalThis.process.exitCode = 1;
}
