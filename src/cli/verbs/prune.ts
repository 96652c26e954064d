import { type Command, Option } from "commander";
import { resolve } from "node:path";
import { compile, type Encoding } from "../../compile/encode.js";
import { SET_USAGE } from "../../data/open-set.js";
import { RequestError } from "../../errors.js";
import type { Measurement, Provenance } from "../../graph/about.js";
import type { Graph } from "../../graph/graph.js";
import { racer } from "../../measure/runner.js";
import { type Block, findBlocks } from "../../prune/blocks.js";
import { type Budget, parseBudget } from "../../prune/budget.js";
import { METHODS, methodByName } from "../../prune/methods/index.js";
import { formatPlan, parsePlan, type PrunePlan } from "../../prune/plan.js";
import type { Milliseconds } from "../../prune/latency/measured.js";
import {
  applyPlan,
  planMeasured,
  type PruneRequest,
  type PruneResult,
  type Resources,
  writtenRequest,
} from "../../prune/prune.js";
import type { Runner } from "../../prune/runner.js";
import type { Samples } from "../../prune/segments.js";
import { findUnits, type UnitMap } from "../../prune/units.js";
import { createProgress } from "../../report/progress.js";
import { formatTable } from "../../report/table.js";
import { formatBytes, formatCount, formatMilliseconds, formatPercentage } from "../../report/units.js";
import { prepareLatency } from "../latency-table.js";
import { looksAtPictures, needsBudget, typedMethodOptions, withMethodOptions } from "../method-options.js";
import { readNetworkFile, writeNetworkFile } from "../network-file.js";
import {
  count,
  type JsonOption,
  onlyInput,
  seed,
  type ShapeOption,
  withJson,
  withPictures,
  withShape,
  weightsOption,
} from "../options.js";
import { checkWritable, readText, writeFileSafely } from "../files.js";
import {
  checkRecovery,
  describeRecovery,
  openSamples,
  prepareTraining,
  RECOVERIES,
  recoverWithoutLabels,
  type Recovery,
  recoveryOf,
  type RecoveryOptions,
  withRoomFor,
} from "../recovery.js";
import { withDistillation, withTraining } from "../training/options.js";
import { report, verb } from "../verb.js";
import { commandRunner } from "../runner.js";

interface Options extends RecoveryOptions, ShapeOption, JsonOption {
  readonly method: string;
  readonly keep?: Budget;
  readonly scope?: "global" | "local";
  readonly only?: string;
  readonly planOut?: string;
  readonly plan?: string;
  readonly weights?: Encoding;
  readonly latencyTable?: string;
}

export function prune(): Command {
  const command = verb({
    name: "prune",
    summary: "remove channels from a network",
    description:
      "Removes channels, everywhere they are written, read or own weights, until the budget is met. The result is compared with\nthe original network in which the same channels are silenced; a cut that is not equal is refused.",
    examples: [
      [
        "prune model.onnx --keep macs=0.5 -o half.onnx",
        "half the multiply-adds, smallest filters first, all layers competing",
      ],
      [
        "prune model.onnx --keep channels=0.7 --only inner --recover statistics --data cifar10:cifar-10-batches-bin --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 -o thin.esp",
        "70 % of the channels inside each residual block, batch-norm statistics re-estimated on unlabelled pictures",
      ],
      [
        "prune model.onnx --method greedy --keep macs=0.5 --only inner --recover least-squares --data images:FOLDER -o half.onnx",
        "channels that the layers behind them can best do without, and these fitted again, on 1,000 unlabelled pictures",
      ],
      [
        "prune model.onnx --keep macs=0.5 --recover distill --data images:FOLDER --epochs 10 --threads 2 -o half.onnx",
        "half the multiply-adds, then trained to answer as the dense network does; labels count where there are any",
      ],
      [
        "prune model.onnx --keep ms=0.6 -o fast.onnx",
        "60 % of the milliseconds on this machine: what matters least for each millisecond gained, measured afterwards",
      ],
      ["prune model.onnx --plan plan.json -o half.onnx", "the cuts of an earlier run, made again"],
    ],
  })
    .argument("<file>", "network, .onnx or .esp")
    .option(
      "-o, --output <file>",
      "where the pruned network goes, .onnx or .esp; left out: only the plan and the figures",
    )
    .option(
      "--method <name>",
      `what to remove first: ${METHODS.map(({ name }) => name).join(", ")}`,
      (name) => methodByName(name).name,
      "l1",
    )
    .option(
      "--keep <budget>",
      "macs=, parameters=, bytes=, ms= (a share up to 1, or an amount; ms=0.8ms is one, too) or channels= (a share of each unit)",
      parseBudget,
    )
    .addOption(
      new Option("--scope <scope>", "all units compete, or each loses the same share").choices(["global", "local"]),
    )
    .option("--only <units>", '"inner" (not coupled by a residual add), or a pattern of unit names with * and ?')
    .addOption(new Option("--recover <how>", "afterwards").choices(RECOVERIES).default("none"))
    .option("--data <set>", `pictures for the recovery, the training part: ${SET_USAGE}`)
    .option(
      "--samples <n>",
      "how many of them; unless it is said 2000 for statistics, all for finetune and distill, else 1000",
      count,
    )
    .option("--positions <n>", "least-squares: output positions of each picture and layer; 32 unless it is said", count)
    .option(
      "--latency-table <file>",
      "for --keep ms=: what bench --latency-table wrote on the device that the network is for; measured here unless given",
    )
    .addOption(weightsOption())
    .option("--plan-out <file>", "write the decision as JSON")
    .option("--plan <file>", "make the cuts of such a file instead of deciding")
    .option("--seed <n>", "for methods that draw lots, for the comparison's input, and for training", seed, 1);
  return withJson(withPictures(withShape(withTraining(withDistillation(withMethodOptions(command)))))).action(run);
}

async function run(path: string, options: Options, command: Command): Promise<void> {
  checkRequest(options, command);
  const started = performance.now();
  const request: PruneRequest = { ...options, options: typedMethodOptions(command) };
  const file = await readNetworkFile(path, options.shape);
  const { graph, notes } = file;
  const encoding = { weights: options.weights ?? file.weights };
  if (options.recover !== "none") onlyInput(graph);
  const map = findUnits(withRoomFor(options, graph));
  const replayed = options.plan === undefined ? undefined : parsePlan(readText(options.plan), options.plan);
  const step = stepOf(replayed ?? { ...options, request: writtenRequest(request) }, options);
  const blocks = findBlocks(map.graph);
  const retraining = prepareTraining(map.graph, options);
  const likeFinal = (cut: Graph) => {
    const noted = withStep(cut, withGone(step, blocks, cut));
    return retraining?.likeTrained(noted) ?? noted;
  };
  const runner = {
    ...commandRunner(),
    fileBytes: (dense: Graph) => compile(dense, encoding).length,
    cutBytes: (cut: Graph) => compile(likeFinal(cut), encoding).length,
    ...(options.keep?.kind === "ms"
      ? await prepareLatency(file, methodByName(options.method), options)
      : { race: racer() }),
  };
  let opened: Samples | undefined;
  const samples = () => (opened ??= openSamples(map.graph, options));
  const found = new Set<string>();
  const onNote = (note: string) => found.add(note);
  const resources = options.data === undefined ? { onNote } : { samples, onNote };
  const { plan, milliseconds } = replayed
    ? { plan: replayed, milliseconds: null }
    : await decide(map, request, runner, resources);
  const result = await applyPlan(map, plan, runner);
  const recovered = await recoverWithoutLabels(map.graph, result, samples, options);
  const done = { ...withGone(step, blocks, result.graph), measurements: measurementsOf(result) };
  const noted = withStep(recovered?.graph ?? result.graph, done);
  if (options.planOut !== undefined) writeFileSafely(options.planOut, formatPlan(plan));
  const retrained = await retraining?.run(noted);
  const final = retrained?.graph ?? noted;
  const outputBytes =
    options.output === undefined ? undefined : writeNetworkFile(options.output, final, encoding.weights);
  const data = {
    method: plan.method,
    allocate: plan.request["allocate"] ?? null,
    macs: result.macs,
    parameters: result.parameters,
    bytes: result.bytes,
    ms: milliseconds,
    units: result.units.map(({ name, before, after, frozen }) => ({ name, before, after, frozen: frozen ?? null })),
    layers: result.layers,
    blocks: result.blocks,
    equality: result.equality,
    recovery: recoveryOf(recovered, retraining, retrained),
    seconds: (performance.now() - started) / 1000,
    output: options.output,
    outputBytes,
    notes: [...notes, ...withoutThose(found, recovered)],
  };
  report(options.json, data, () => format(data));
}

/** Notes that the recovery does not make, too. */
function withoutThose(
  notes: ReadonlySet<string>,
  recovered: Awaited<ReturnType<typeof recoverWithoutLabels>>,
): string[] {
  const told = recovered?.kind === "least-squares" ? recovered.notes : [];
  return [...notes].filter((note) => !told.includes(note));
}

/** With a bar where the method takes its time over pictures, or with a clock. */
async function decide(
  map: UnitMap,
  request: PruneRequest,
  runner: Runner,
  { samples, onNote }: Resources,
): ReturnType<typeof planMeasured> {
  const progress = createProgress({ label: "deciding", total: 100, unit: "%" });
  const onProgress = (done: number, total: number) => progress.update(Math.round((100 * done) / total));
  const decided = await planMeasured(map, request, runner, { samples, onProgress, onNote });
  progress.finish();
  return decided;
}

/** What can be known to fail fails before any work is done. */
function checkRequest(options: Options, command: Command): void {
  const decides = options.keep !== undefined || (options.plan === undefined && !needsBudget(options.method));
  if (decides === (options.plan !== undefined)) {
    throw new RequestError("give --keep to decide what goes, or --plan to repeat a decision; one of them", "prune");
  }
  const typed = ["method", "scope", "only", "seed"].filter((name) => command.getOptionValueSource(name) === "cli");
  typed.push(...Object.keys(typedMethodOptions(command)));
  if (options.plan !== undefined && typed.length > 0) {
    throw new RequestError(`the plan says what goes; leave out --${typed.join(", --")}`, "--plan");
  }
  const asksForTime = options.keep?.kind === "ms";
  if (options.latencyTable !== undefined && !asksForTime)
    throw new RequestError("has no use without --keep ms=", "--latency-table");
  checkRecovery(options, command, {
    pictures: options.plan === undefined && looksAtPictures(options.method, typedMethodOptions(command)),
    device: asksForTime && options.latencyTable === undefined,
  });
  if (
    options.output !== undefined &&
    options.planOut !== undefined &&
    resolve(options.output) === resolve(options.planOut)
  ) {
    throw new RequestError("the plan and the network cannot be one file", "--plan-out");
  }
  if (options.planOut !== undefined) checkWritable(options.planOut);
}

/** What the network will remember of this. The figures follow when they are known; any but 0 takes the same room in a file. */
function stepOf(plan: Pick<PrunePlan, "method" | "request" | "seed">, options: Options): Provenance {
  const asked = Object.entries(plan.request).map(([key, value]) => `--${key} ${value}`);
  const seeded = plan.seed === 1 ? [] : [`--seed ${plan.seed}`];
  const recovery = options.recover === "none" ? [] : [`--recover ${options.recover}`];
  const unknown = { before: 1, after: 1 };
  return {
    step: "prune",
    detail: [`--method ${plan.method}`, ...asked, ...seeded, ...recovery].join(" "),
    measurements: measurementsOf({ macs: unknown, parameters: unknown }),
  };
}

function measurementsOf({ macs, parameters }: Pick<PruneResult, "macs" | "parameters">): Measurement[] {
  return [
    { name: "macs", ...macs },
    { name: "parameters", ...parameters },
  ];
}

/** The step with the names of the residual blocks that the network does not have any more. */
function withGone(step: Provenance, blocks: readonly Block[], { nodes }: Graph): Provenance {
  const left = new Set(nodes.map(({ name }) => name));
  const gone = blocks.filter(({ name }) => !left.has(name)).map(({ name }) => name);
  return gone.length > 0 ? { ...step, detail: `${step.detail}, without ${gone.join(", ")}` } : step;
}

function withStep(graph: Graph, step: Provenance): Graph {
  return { ...graph, about: { ...graph.about, provenance: [...graph.about.provenance, step] } };
}

interface Data {
  readonly macs: PruneResult["macs"];
  readonly parameters: PruneResult["parameters"];
  readonly bytes: PruneResult["bytes"];
  readonly ms: Milliseconds | null;
  readonly units: readonly {
    readonly name: string;
    readonly before: number;
    readonly after: number;
    readonly frozen: string | null;
  }[];
  readonly layers: PruneResult["layers"];
  readonly blocks: PruneResult["blocks"];
  readonly equality: PruneResult["equality"];
  readonly recovery: Recovery | null;
  readonly output: string | undefined;
  readonly outputBytes: number | undefined;
  readonly notes: readonly string[];
}

const KEPT = { key: "kept", format: (v: string | number) => formatPercentage(Number(v), 0) } as const;

function formatUnits(units: Data["units"]): string {
  const rows = units.map((unit) => ({
    ...unit,
    kept: unit.after / unit.before,
    frozen: unit.frozen ? `cannot be removed: ${unit.frozen}` : "",
  }));
  return formatTable(rows, ["name", "before", "after", KEPT, { key: "frozen", title: "" }]);
}

function formatLayers(layers: Data["layers"]): string {
  const rows = layers.map(({ name, edits, weights, macs }) => ({
    name,
    ...{
      edits: edits.join(", "),
      weights: weights.before,
      left: weights.after,
      macs: macs.before,
      macsLeft: macs.after,
    },
  }));
  const number = (key: "weights" | "left" | "macs" | "macsLeft", title: string) => ({
    ...{ key, title, format: (v: string | number) => formatCount(Number(v)) },
  });
  const columns = [
    number("weights", "weights"),
    number("left", "left"),
    number("macs", "multiply-adds"),
    number("macsLeft", "left"),
  ];
  return formatTable(rows, ["name", ...columns, { key: "edits", title: "changed by" }]);
}

const describeBlock = ({ name, layers, macs }: Data["blocks"][number]) =>
  `${"block removed".padEnd(14)} ${name}, with ${layers.join(", ")}: ${formatCount(macs)} multiply-adds`;

function formatTime({ before, after, predicted, error }: Milliseconds): string {
  const told = after ?? predicted;
  const how =
    error === null
      ? "both by the table: it is another device's"
      : `measured; foretold ${formatMilliseconds(predicted)}, off by ${formatPercentage(error)}`;
  const change = `${formatMilliseconds(before)} -> ${formatMilliseconds(told)} (${formatPercentage(told / before)})`;
  return `${"time of a run".padEnd(14)} ${change}, ${how}`;
}

function format(data: Data): string {
  const cuts = data.layers.length === 0 || data.units.some(({ before, after }) => before !== after);
  const change = (what: string, { before, after }: { before: number; after: number }, write: (n: number) => string) =>
    `${what.padEnd(14)} ${write(before)} -> ${write(after)} (${formatPercentage(after / before)})`;
  return [
    ...(data.layers.length > 0 ? [formatLayers(data.layers), ""] : []),
    ...(cuts ? [formatUnits(data.units), ""] : []),
    ...data.blocks.map(describeBlock),
    change("multiply-adds", data.macs, formatCount),
    change("parameters", data.parameters, formatCount),
    change("compiled", data.bytes, formatBytes),
    ...(data.ms ? [formatTime(data.ms)] : []),
    `equal to the masked network to ${data.equality.maxRelative.toExponential(1)} of its largest output`,
    ...(data.recovery ? [describeRecovery(data.recovery)] : []),
    ...(data.output ? [`${data.output}: ${formatBytes(data.outputBytes!)}`] : []),
    ...data.notes.map((note) => `note: ${note}`),
  ].join("\n");
}
