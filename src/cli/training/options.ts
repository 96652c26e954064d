/** Options of everything that trains, and what those that are left out become. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Augmentation } from "../../data/augment.js";
import { SET_USAGE } from "../../data/open-set.js";
import { SCHEDULES } from "../../train/index.js";
import { RequestError } from "../../errors.js";
import { type BuildOption, count, fraction, seed, type ThreadsOption, withBuild, withThreads } from "../options.js";
import type { RegrowOption } from "./zeros.js";

/** What decides how a network is trained. */
export interface TrainingOptions extends ThreadsOption, BuildOption, RegrowOption {
  readonly validation?: string;
  readonly epochs?: number;
  readonly batch: number;
  readonly lr?: number;
  readonly schedule: string;
  readonly warmUp: number;
  readonly optimiser?: "sgd" | "adam";
  readonly momentum?: number;
  readonly nesterov?: true;
  readonly weightDecay?: number;
  readonly labelSmoothing: number;
  readonly augment?: Augmentation;
  readonly seed: number;
  readonly checkpoint?: string;
  readonly resume?: string;
}

/** What distillation adds. */
export interface DistillationOptions {
  readonly temperature: number;
  readonly weight: number;
  /** False with --no-labels. */
  readonly labels: boolean;
}

/** How it is written on the command line, by name as commander gives it: what has no meaning unless something is trained. */
export const TRAINING_FLAGS: Readonly<Record<string, string>> = {
  validation: "--validation",
  epochs: "--epochs",
  batch: "--batch",
  lr: "--lr",
  schedule: "--schedule",
  warmUp: "--warm-up",
  optimiser: "--optimiser",
  momentum: "--momentum",
  nesterov: "--nesterov",
  weightDecay: "--weight-decay",
  labelSmoothing: "--label-smoothing",
  augment: "--augment",
  checkpoint: "--checkpoint",
  resume: "--resume",
  threads: "--threads",
  build: "--build",
};

export const DISTILLATION_FLAGS: Readonly<Record<string, string>> = {
  temperature: "--temperature",
  weight: "--weight",
  labels: "--no-labels",
};

/** Which pictures a verb trains on: those of `prune` have words of their own. */
export function withData(command: Command): Command {
  return command
    .requiredOption("--data <set>", `pictures to train on: ${SET_USAGE}; the training part unless it says otherwise`)
    .option("--limit <n>", "only the first pictures of --data", count);
}

export function withTraining(command: Command): Command {
  const training = command
    .option("--validation <set>", "pictures kept aside: accuracy after each epoch; the test part of a set")
    .option("--epochs <n>", "how often each picture is seen", count)
    .option("--batch <n>", "pictures of one step", count, 64)
    .option(
      "--lr <rate>",
      "learning rate; its default depends on the verb and on batch norm, see docs/training.md",
      positive,
    )
    .addOption(
      new Option("--schedule <name>", "how the rate changes over the run").choices(SCHEDULES).default("cosine"),
    )
    .option("--warm-up <epochs>", "over which the rate rises in a straight line first", atLeastZero, 0)
    .addOption(
      new Option("--optimiser <name>", "sgd, or adam where weights without batch norm are trained further").choices([
        "sgd",
        "adam",
      ]),
    )
    .option("--momentum <share>", "of sgd; 0.9 unless it is said", fraction)
    .option("--nesterov", "Nesterov's momentum, for sgd")
    .option(
      "--weight-decay <rate>",
      "5e-4 with sgd, 0 with adam unless it is said; biases and norms are spared",
      atLeastZero,
    )
    .option("--label-smoothing <share>", "of certainty that goes to the other classes", fraction, 0)
    .option(
      "--augment <list>",
      "crop=4,flip,cutout=8, or none; crop=4,flip for CIFAR and none else unless it is said",
      augmentation,
    )
    .option("--checkpoint <file>", "written after each epoch, and when Ctrl-C stops the run")
    .option("--resume <file>", "goes on from a checkpoint of the same command");
  return withThreads(withBuild(training));
}

export function withSeed(command: Command): Command {
  return command.option("--seed <n>", "for first weights, order and augmentation", seed, 1);
}

export function withDistillation(command: Command): Command {
  return command
    .option("--temperature <t>", "by which logits are divided before they are compared", positive, 4)
    .option("--weight <share>", "of the teacher in the loss; what is left is the labels'", fraction, 0.9)
    .option("--no-labels", "only the teacher counts, even where the set has labels");
}

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError("Expected a number above 0.");
  return value;
}

function atLeastZero(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError("Expected a number from 0 on.");
  return value;
}

/** `crop=4,flip,cutout=8` or `none`. */
function augmentation(text: string): Augmentation {
  const read: { crop?: number; flip?: boolean; cutout?: number } = {};
  for (const word of text === "none" ? [] : text.split(",")) {
    const [, name, pixels] = /^(crop|cutout)=(\d+)$/.exec(word) ?? [];
    if (name === "crop" || name === "cutout") read[name] = Number(pixels);
    else if (word === "flip") read.flip = true;
    else
      throw new InvalidArgumentError("Expected crop=PIXELS, flip and cutout=PIXELS with commas between them, or none.");
  }
  return read;
}

/** Every verb that trains wants it said. */
export function epochsOf({ epochs }: TrainingOptions): number {
  if (epochs === undefined)
    throw new RequestError("say how often each picture is to be seen, for example --epochs 10", "--epochs");
  return epochs;
}
