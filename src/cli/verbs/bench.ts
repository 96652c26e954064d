import type { Command } from "commander";
import { countParameters } from "../../ops/walk.js";
import { RequestError } from "../../errors.js";
import { type Latency, measureLatency, randomInputs } from "../../measure/latency.js";
import { createProgress } from "../../report/progress.js";
import { formatTable } from "../../report/table.js";
import { formatBytes, formatCount, formatMilliseconds, formatPercentage, formatRatio } from "../../report/units.js";
import { chooseBuild } from "../../runtime/engine.js";
import { type LayerTime, load, type MemoryMap, type Session } from "../../runtime/index.js";
import { explainMemory } from "../memory.js";
import { type NetworkFile, readNetworkFile } from "../network-file.js";
import {
  type BuildOption,
  count,
  type JsonOption,
  type ShapeOption,
  type ThreadsOption,
  withBuild,
  withJson,
  withShape,
  withThreads,
} from "../options.js";
import { checkWritable } from "../files.js";
import { describeEngine, measureTable, writeLatencyTableFile } from "../latency-table.js";
import { readTuningFile, writeTuningFile } from "../tuning-file.js";
import { report, verb } from "../verb.js";

interface Options extends JsonOption, BuildOption, ShapeOption, ThreadsOption {
  readonly runs: number;
  readonly warmUp: number;
  readonly layers?: true;
  readonly tune?: true;
  readonly tuning?: string;
  readonly saveTuning?: string;
  readonly latencyTable?: string;
}

export function bench(): Command {
  const command = verb({
    name: "bench",
    summary: "measure speed, networks side by side",
    description:
      "Runs all networks in turn, round after round, in one process, so that a drifting machine is fair to each. Ratios are the\nfirst network's median over each one's: above 1 is faster than the first.",
    examples: [
      ["bench model.onnx half.onnx", "how much faster the pruned network is than the dense one"],
      ["bench net.esp --layers", "where the time goes, and which kernel was picked for each layer and why"],
      ["bench net.esp --tune --save-tuning net.json", "the fastest kernel of each convolution here, for the next time"],
      [
        "bench model.onnx --latency-table ms.json",
        "how long its layers take by their widths: what pruning to a time goes by",
      ],
    ],
  })
    .argument("<files...>", "networks, .onnx or .esp")
    .option("--runs <n>", "measured rounds", count, 50)
    .option("--warm-up <ms>", "milliseconds for each network to reach its speed first", count, 300)
    .option("--layers", "time of each layer")
    .option("--tune", "measure which kernel is the fastest for each convolution, and take it")
    .option("--tuning <file>", "take the kernels that this file of --save-tuning says")
    .option("--save-tuning <file>", "write which kernels were taken")
    .option("--latency-table <file>", "measure how long the network's layers take by their widths, and write that");
  return withJson(withThreads(withBuild(withShape(command)))).action(run);
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  checkFileOptions(paths, options);
  const tuning = options.tuning === undefined ? undefined : readTuningFile(options.tuning);
  const files: NetworkFile[] = [];
  const sessions: Session[] = [];
  for (const path of paths) {
    const file = await readNetworkFile(path, options.shape);
    files.push(file);
    const threads = { count: options.threads };
    const { build, tune } = options;
    sessions.push(await load(file.compiled, { build, shapes: file.shapes, tuning, tune, threads }));
  }
  const engine = describeEngine();
  if (options.latencyTable !== undefined) {
    writeLatencyTableFile(options.latencyTable, await measureTable(files[0]!.compiled, files[0]!.shapes, options));
  }
  if (options.saveTuning !== undefined) writeTuningFile(options.saveTuning, { ...sessions[0]!.tuning, engine });
  const progress = createProgress({ label: "measuring", total: options.runs, unit: "rounds" });
  const latencies = measureLatency(sessions, {
    runs: options.runs,
    warmUpMs: options.warmUp,
    onProgress: (n) => progress.update(n),
  });
  progress.finish();
  const models = files.map((file, i) => ({
    file: file.path,
    ...timesOf(latencies[i]!),
    ratio: latencies[0]!.medianMs / latencies[i]!.medianMs,
    macs: sessions[i]!.macs,
    parameters: countParameters(file.graph),
    bytes: file.compiled.length,
    peakBytes: sessions[i]!.peakBytes,
    memory: sessions[i]!.memory,
    ...(options.layers ? { layers: sessions[i]!.profile(randomInputs(sessions[i]!), options.runs) } : {}),
  }));
  const data = { engine, build: chooseBuild(options.build), threads: sessions[0]!.threads, models };
  sessions.forEach((session) => session.dispose());
  report(options.json, data, () => format(data));
}

const timesOf = ({ medianMs, minMs, p95Ms }: Latency) => ({ medianMs, minMs, p95Ms });

/** What cannot be done is refused before anything is measured. */
function checkFileOptions(paths: readonly string[], { tuning, saveTuning, latencyTable }: Options): void {
  for (const [option, file] of Object.entries({ tuning, "save-tuning": saveTuning, "latency-table": latencyTable })) {
    if (file !== undefined && paths.length > 1) {
      throw new RequestError(`is of one network; ${paths.length} were given`, `--${option}`);
    }
  }
  for (const file of [saveTuning, latencyTable]) if (file !== undefined) checkWritable(file);
}

interface Model {
  readonly file: string;
  readonly medianMs: number;
  readonly minMs: number;
  readonly p95Ms: number;
  readonly ratio: number;
  readonly macs: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly peakBytes: number;
  readonly memory: MemoryMap;
  readonly layers?: readonly LayerTime[];
}

interface Data {
  readonly engine: string;
  readonly build: string;
  readonly threads: number;
  readonly models: readonly Model[];
}

function format({ engine, build, threads, models }: Data): string {
  const number = (write: (n: number) => string) => (value: string | number) => write(Number(value));
  const first = models[0]!.macs;
  const rows = models.map((model) => ({ ...figures(model), macsRatio: first / model.macs }));
  const table = formatTable(rows, [
    "file",
    ...["medianMs", "minMs", "p95Ms"].map((key) => ({
      key,
      title: key.replace("Ms", ""),
      format: number(formatMilliseconds),
    })),
    { key: "ratio", title: "speed", format: number(formatRatio) },
    { key: "macsRatio", title: "by multiply-adds", format: number(formatRatio) },
    { key: "macs", title: "multiply-adds", format: number(formatCount) },
    { key: "parameters", format: number(formatCount) },
    { key: "bytes", format: number(formatBytes) },
    { key: "peakBytes", title: "memory", format: number(formatBytes) },
  ]);
  return [
    `${engine}, ${build} build, ${threads} thread${threads === 1 ? "" : "s"}`,
    "",
    table,
    ...models.map(formatLayers),
  ].join("\n");
}

/** A model's row of the table. */
function figures(model: Model) {
  const { file, medianMs, minMs, p95Ms, ratio, macs, parameters, bytes, peakBytes } = model;
  return { file, medianMs, minMs, p95Ms, ratio, macs, parameters, bytes, peakBytes };
}

function formatLayers({ file, layers, peakBytes, memory }: Model): string {
  if (!layers) return "";
  const total = layers.reduce((sum, layer) => sum + layer.milliseconds, 0);
  const rows = layers
    .filter((layer) => layer.steps > 0)
    .map(({ name, kernel, milliseconds, macs, why }) => ({
      layer: name,
      kernel,
      milliseconds,
      share: milliseconds / total,
      rate: macs / milliseconds / 1e6,
      why,
    }));
  const table = formatTable(rows, [
    "layer",
    "kernel",
    { key: "milliseconds", title: "median", format: (value) => formatMilliseconds(Number(value)) },
    { key: "share", format: (value) => formatPercentage(Number(value)) },
    { key: "rate", title: "G multiply-adds/s", format: (value) => (value === 0 ? "" : Number(value).toFixed(1)) },
    { key: "why", title: "picked because" },
  ]);
  return `\n${file}, layer by layer\n\n${table}\n\n${formatBytes(peakBytes)} of memory: ${explainMemory(memory)}`;
}
