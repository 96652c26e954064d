/** Latency tables as files, and made here. */
import { cpus } from "node:os";
import { checkLatencyTable, formatLatencyTable, type LatencyTable } from "../benchmark/latency-table.js";
import { measureLatencyTable } from "../benchmark/measure-latency.js";
import { DataError } from "../errors.js";
import { createProgress, type Progress } from "../report/progress.js";
import { loadNetwork, type Shapes } from "../runtime/index.js";
import { readText, writeFileSafely } from "./files.js";
import type { BuildOption, ThreadsOption } from "./options.js";
import { readPackage } from "./package.js";

export function readLatencyTableFile(path: string): LatencyTable {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(`is no JSON; expected what bench --latency-table writes: ${(error as Error).message}`, path);
  }
  return checkLatencyTable(value, path);
}

export function writeLatencyTableFile(path: string, table: LatencyTable): void {
  writeFileSafely(path, formatLatencyTable(table));
}

/** `node 24.1.0 (V8 13.6)`. */
export const describeEngine = () => `node ${process.versions.node} (V8 ${process.versions.v8})`;

/** What measures here. */
export function thisPlatform(): LatencyTable["platform"] {
  const processors = cpus();
  return { agent: describeEngine(), cores: processors.length, processor: processors[0]?.model ?? "unknown" };
}

/** Measures a compiled network, and says on standard error how far it is. */
export async function measureTable(
  compiled: Uint8Array,
  shapes: Shapes,
  { build, threads }: BuildOption & ThreadsOption,
): Promise<LatencyTable> {
  let progress: Progress | undefined;
  const table = await measureLatencyTable(loadNetwork, compiled, {
    ...{ build, shapes, version: readPackage().version, threads: { count: threads }, platform: thisPlatform() },
    onStage(stage, share) {
      progress ??= createProgress({ label: "measuring layers", total: 100 });
      progress.update(Math.floor(100 * share), () => stage);
    },
  });
  progress?.finish();
  return table;
}
