/** What `prune` does behind a cut, as its options say: statistics from pictures, least squares, or training. */
import type { Command } from "commander";
import { RequestError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { openMoments } from "../linalg/moments.js";
import type { PruneResult } from "../prune/prune.js";
import { recoverStatistics, withRoomForRecovery } from "../prune/recover/statistics.js";
import type { Samples } from "../prune/segments.js";
import { createProgress } from "../report/progress.js";
import { formatPercentage } from "../report/units.js";
import {
  describeLeastSquares,
  FIT_SAMPLES,
  leastSquaresFigures,
  recoverByLeastSquares,
  withRoomForFit,
} from "./least-squares.js";
import { onlyInput, openData, type PictureOptions, samplesOf } from "./options.js";
import {
  DISTILLATION_FLAGS,
  type DistillationOptions,
  epochsOf,
  TRAINING_FLAGS,
  type TrainingOptions,
} from "./training/options.js";
import { checkpointBeside, checkTrainingPaths } from "./training/paths.js";
import { figuresOf } from "./training/result.js";
import { prepareRetraining, type Retraining } from "./training/retraining.js";
import type { TrainedNetwork } from "./training/train-network.js";
import { commandRunner } from "./runner.js";

export const RECOVERIES = ["none", "statistics", "least-squares", "finetune", "distill"] as const;

/** Pictures for statistics unless another number is typed. */
const STATISTICS_SAMPLES = 2000;

export interface RecoveryOptions extends TrainingOptions, DistillationOptions, PictureOptions {
  readonly recover: (typeof RECOVERIES)[number];
  readonly data?: string;
  readonly samples?: number;
  readonly positions?: number;
  readonly output?: string;
}

/** What else than the recovery needs pictures, or something that measures. */
interface Served {
  readonly pictures?: boolean;
  readonly device?: boolean;
}

/** What can be known to fail fails before anything is cut. */
export function checkRecovery(options: RecoveryOptions, command: Command, served: Served = {}): void {
  const { recover: kind } = options;
  const trains = kind === "finetune" || kind === "distill";
  if (kind !== "none" && options.data === undefined) {
    const example = trains ? "--data glyphs" : "--data cifar10:cifar-10-batches-bin";
    throw new RequestError(`needs pictures; give --data, for example ${example}`, `--recover ${kind}`);
  }
  const typed = (flags: Readonly<Record<string, string>>) =>
    Object.keys(flags).find((name) => command.getOptionValueSource(name) === "cli");
  const refuse = (flags: Readonly<Record<string, string>>, kinds: string) => {
    const idle = typed(flags);
    if (idle !== undefined) throw new RequestError(`has no use without --recover ${kinds}`, flags[idle]);
  };
  if (kind === "none" && !served.pictures)
    refuse({ data: "--data", samples: "--samples" }, "statistics, least-squares, finetune or distill");
  if (kind !== "least-squares") refuse({ positions: "--positions" }, "least-squares");
  const serving = served.device ? ["build", "threads"] : [];
  const idle = Object.entries(TRAINING_FLAGS).filter(([name]) => !serving.includes(name));
  if (!trains) refuse(Object.fromEntries(idle), "finetune or distill");
  if (kind !== "distill") refuse(DISTILLATION_FLAGS, "distill");
  if (trains) epochsOf(options);
  checkTrainingPaths({ output: options.output, checkpoint: options.checkpoint });
}

/** Opens what training wants, where that is the recovery. */
export function prepareTraining(dense: Graph, options: RecoveryOptions): Retraining | undefined {
  const { recover: kind, samples } = options;
  if (kind !== "finetune" && kind !== "distill") return undefined;
  const checkpoint = checkpointBeside(options.output);
  return prepareRetraining(kind, dense, { ...options, data: options.data!, samples }, checkpoint);
}

/** The pictures of --data as inputs of the network. */
export function openSamples(dense: Graph, options: RecoveryOptions): Samples {
  onlyInput(dense);
  const count = options.samples ?? (options.recover === "statistics" ? STATISTICS_SAMPLES : FIT_SAMPLES);
  return samplesOf(dense, openData(options.data!, count, "train"), options);
}

/** By statistics, without labels. */
async function recoverByStatistics(dense: Graph, result: PruneResult, samples: Samples) {
  const progress = createProgress({ label: "recovering", total: samples.count, unit: "pictures" });
  const recovered = await recoverStatistics(dense, result, samples, {
    runner: commandRunner(),
    moments: await openMoments(),
    onProgress: (done, total) => progress.update(Math.round((done * samples.count) / total)),
  });
  progress.finish();
  return recovered;
}

/** Without training, as the options say; undefined where nothing of the kind was asked for. */
export async function recoverWithoutLabels(
  dense: Graph,
  result: PruneResult,
  samples: () => Samples,
  { recover: kind, positions }: RecoveryOptions,
) {
  if (kind === "statistics") return recoverByStatistics(dense, result, samples());
  if (kind === "least-squares") return recoverByLeastSquares(dense, result, samples(), positions);
  return undefined;
}

/** The graph with everything in place that the recovery may change, so that a budget of bytes counts it. */
export function withRoomFor({ recover: kind }: RecoveryOptions, graph: Graph): Graph {
  if (kind === "statistics") return withRoomForRecovery(graph);
  return kind === "least-squares" ? withRoomForFit(graph) : graph;
}

export type Recovery = NonNullable<ReturnType<typeof recoveryOf>>;

/** As --json prints it; null where there was none. */
export function recoveryOf(
  recovered: Awaited<ReturnType<typeof recoverWithoutLabels>>,
  retraining: Retraining | undefined,
  retrained: TrainedNetwork | undefined,
) {
  if (recovered?.kind === "least-squares") return leastSquaresFigures(recovered);
  if (recovered) return { kind: recovered.kind, places: recovered.places };
  if (!retraining || !retrained) return null;
  const job = retraining.jobFor(retrained.graph);
  return { kind: job.step, ...figuresOf(retrained, job), history: retrained.history };
}

export function describeRecovery(recovery: Recovery): string {
  if (recovery.kind === "least-squares") return describeLeastSquares(recovery);
  if (!("history" in recovery)) return `recovered: ${recovery.kind} statistics at ${recovery.places} places`;
  const { kind, history, set, validationBefore: before, validationTop1: after } = recovery;
  const accuracy =
    before === null || after === null ? "" : `; validation ${formatPercentage(before)} -> ${formatPercentage(after)}`;
  const epochs = history.length === 1 ? "1 epoch" : `${history.length} epochs`;
  return `recovered: ${kind}, ${epochs} on ${set}${accuracy}`;
}
