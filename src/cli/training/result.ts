/** What a verb that trains writes and prints: a line for each epoch as it ends, and one for the network. */
import type { Encoding } from "../../compile/encode.js";
import { formatBytes, formatPercentage } from "../../report/units.js";
import type { EpochResult } from "../../train/index.js";
import { writeNetworkFile } from "../network-file.js";
import { report } from "../verb.js";
import { describeEpoch } from "./report.js";
import type { TrainingJob } from "./job.js";
import type { TrainedNetwork } from "./train-network.js";

/** Prints an epoch: an object on a line of its own with --json. */
export function epochPrinter(json: boolean | undefined, epochs: number): (result: EpochResult) => void {
  return (result) => report(json, result, () => describeEpoch(result, epochs));
}

/** Figures of a run that is through, as --json prints them. */
export function figuresOf({ validationBefore, optimiser, run, history }: TrainedNetwork, job: TrainingJob) {
  const { set, validation } = job.pictures;
  const last = history.at(-1);
  return {
    set: set.name,
    pictures: set.count,
    skipped: set.skipped?.length ?? 0,
    validationSet: validation?.name ?? null,
    validationBefore,
    validationTop1: last?.validationTop1 ?? null,
    loss: last?.loss ?? null,
    top1: last?.top1 ?? null,
    optimiser: optimiser.words,
    threads: run.threads,
    build: run.build,
    memory: run.memory,
    preprocessing: job.preprocessing,
  };
}

export interface Output {
  readonly path: string;
  readonly weights: Encoding;
  readonly json: true | undefined;
  /** When the verb began, by `performance.now`. */
  readonly started: number;
}

/** Writes the trained network and prints the last line. */
export function writeTrained(
  trained: TrainedNetwork,
  job: TrainingJob,
  { path, weights, json, started }: Output,
): void {
  const outputBytes = writeNetworkFile(path, trained.graph, weights);
  const figures = figuresOf(trained, job);
  const data = {
    output: path,
    outputBytes,
    ...figures,
    history: trained.history,
    seconds: (performance.now() - started) / 1000,
    notes: job.notes,
  };
  const { validationBefore, validationTop1 } = figures;
  const before =
    job.beginning === "weights" && validationBefore !== null ? ` (${percent(validationBefore)} before)` : "";
  const accuracy = validationTop1 === null ? "" : `, validation ${percent(validationTop1)}${before}`;
  report(json, data, () => `${path}: ${formatBytes(outputBytes)}${accuracy}`);
}

const percent = (share: number) => formatPercentage(share, 2);
