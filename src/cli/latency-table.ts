/** Latency tables as files, and made here. */
import { cpus } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { checkLatencyTable, formatLatencyTable, type LatencyTable } from "../benchmark/latency-table.js";
import { measureLatencyTable } from "../benchmark/measure-latency.js";
import { DataError } from "../errors.js";
import { latencyModel } from "../measure/latency-model.js";
import { racer } from "../measure/runner.js";
import type { Method } from "../prune/methods/method.js";
import { createProgress, type Progress } from "../report/progress.js";
import { loadNetwork, type Shapes } from "../runtime/index.js";
import { readText, writeFileSafely } from "./files.js";
import type { NetworkFile } from "./network-file.js";
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
    onStage(_stage, share) {
      progress ??= createProgress({ label: "latency table", total: 100, unit: "%" });
      progress.update(Math.floor(100 * share));
    },
  });
  progress?.finish();
  return table;
}

/** What `prune` needs for a budget in milliseconds: times by a table, and races where they mean the same. */
export async function prepareLatency(
  { compiled, shapes }: Pick<NetworkFile, "compiled" | "shapes">,
  method: Pick<Method, "removes">,
  options: BuildOption & ThreadsOption & { readonly latencyTable?: string | undefined },
) {
  // What changes layers otherwise than in width times them itself.
  if (options.latencyTable === undefined && method.removes !== "channels")
    return { race: racer({ build: options.build, threads: { count: options.threads } }) };
  const table =
    options.latencyTable === undefined
      ? await measureTable(compiled, shapes, options)
      : readLatencyTableFile(options.latencyTable);
  const latency = latencyModel(table);
  return isDeepStrictEqual(table.platform, thisPlatform())
    ? { latency, race: racer({ build: table.build, threads: { count: table.threads } }) }
    : { latency };
}
