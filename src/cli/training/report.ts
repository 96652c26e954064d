/** How a training run is told: before it, while it runs, epoch by epoch, and in what the network remembers of it. */
import type { Augmentation } from "../../data/augment.js";
import type { Provenance } from "../../graph/about.js";
import { formatBytes, formatCount, formatPercentage, formatWhole } from "../../report/units.js";
import type { EpochResult, StepProgress, TrainingMemory } from "../../train/index.js";

export interface Beginning {
  readonly name: string;
  readonly set: string;
  readonly pictures: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly batch: number;
  readonly parameters: number;
  /** Steps that are through already. */
  readonly steps: number;
  readonly memory: TrainingMemory;
  readonly threads: number;
  readonly build: string;
  readonly optimiser: string;
  readonly learningRate: number;
  readonly schedule: string;
  readonly augment: Augmentation;
  readonly notes: readonly string[];
}

/** Lines for standard error before the first step. */
export function describeBeginning(run: Beginning): string {
  const steps = `${run.epochs} ${run.epochs === 1 ? "epoch" : "epochs"} of ${formatWhole(run.stepsPerEpoch)} steps`;
  const resumed = run.steps > 0 ? `, ${formatWhole(run.steps)} of them are through` : "";
  const how = `${run.optimiser}, learning rate ${run.learningRate} (${run.schedule})`;
  return [
    `${run.name || "network"}: ${formatWhole(run.parameters)} parameters; ${run.set}: ${formatWhole(run.pictures)} pictures`,
    `${steps} with ${run.batch} pictures each${resumed}; ${how}; augmentation: ${formatAugmentation(run.augment)}`,
    `${formatBytes(run.memory.totalBytes)} of memory for a step; ${run.threads} ${run.threads === 1 ? "thread" : "threads"}, ${run.build} build`,
    ...run.notes.map((note) => `note: ${note}`),
  ].join("\n");
}

/** What stands on the progress line behind pictures, rate and time. */
export function describeStep({ epoch, loss, top1 }: StepProgress, epochs: number, labels: boolean): string {
  const accuracy = labels ? `, top-1 ${formatPercentage(top1)}` : "";
  return `epoch ${epoch}/${epochs}, loss ${loss.toFixed(4)}${accuracy}`;
}

export function describeEpoch(result: EpochResult, epochs: number): string {
  const { epoch, loss, top1, validationTop1, imagesPerSecond, learningRate } = result;
  return [
    `epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}`,
    ...(top1 === null ? [] : [`top-1 ${formatPercentage(top1)}`]),
    ...(validationTop1 === null ? [] : [`validation ${formatPercentage(validationTop1, 2)}`]),
    `${formatCount(imagesPerSecond)} pictures/s`,
    `learning rate ${learningRate.toPrecision(3)}`,
  ].join("  ");
}

/** As it is typed. */
export function formatAugmentation({ crop = 0, flip = false, cutout = 0 }: Augmentation): string {
  const words = [crop > 0 ? `crop=${crop}` : "", flip ? "flip" : "", cutout > 0 ? `cutout=${cutout}` : ""];
  return words.filter((word) => word !== "").join(",") || "none";
}

export interface Done {
  readonly step: string;
  /** Options that only this verb has, as they are typed. */
  readonly words: readonly string[];
  readonly set: string;
  readonly validation: string | undefined;
  readonly epochs: number;
  readonly batch: number;
  /** As it is typed, with its numbers. */
  readonly optimiser: string;
  readonly schedule: string;
  readonly warmUp: number;
  readonly labelSmoothing: number;
  readonly augment: Augmentation;
  readonly seed: number;
  readonly before: number | null;
  readonly after: number | null;
}

/** What the network remembers. Nothing in it depends on the machine or on the clock. */
export function provenanceOf(done: Done): Provenance {
  const options = [
    ...done.words,
    `--data ${done.set}`,
    ...(done.validation === undefined ? [] : [`--validation ${done.validation}`]),
    `--epochs ${done.epochs} --batch ${done.batch}`,
    `${done.optimiser} --schedule ${done.schedule}`,
    ...(done.warmUp > 0 ? [`--warm-up ${done.warmUp}`] : []),
    ...(done.labelSmoothing > 0 ? [`--label-smoothing ${done.labelSmoothing}`] : []),
    `--augment ${formatAugmentation(done.augment)} --seed ${done.seed}`,
  ];
  const measured = done.before !== null && done.after !== null;
  return {
    step: done.step,
    detail: options.join(" "),
    measurements: measured ? [{ name: "validationTop1", before: done.before!, after: done.after! }] : [],
  };
}
