import { type Command, Option } from "commander";
import { basename } from "node:path";
import type { Encoding } from "../../compile/encode.js";
import { usualAugmentation } from "../../data/open-set.js";
import { checkLabels, countClasses } from "../../data/labels.js";
import type { ImageSet } from "../../data/image-set.js";
import { RequestError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { MODELS } from "../../models/index.js";
import { initialise } from "../../train/index.js";
import { readNetworkFile } from "../network-file.js";
import {
  count,
  type JsonOption,
  onlyInput,
  openData,
  type PictureOptions,
  preprocessingOf,
  type ShapeOption,
  weightsOption,
  withJson,
  withPictures,
  withShape,
} from "../options.js";
import type { TrainingJob } from "../training/job.js";
import type { Beginning } from "../training/optimiser.js";
import { type TrainingOptions, withData, withSeed, withTraining, epochsOf } from "../training/options.js";
import { checkpointBeside, checkTrainingPaths } from "../training/paths.js";
import { freshPreprocessing, trainingNotes, withValidation } from "../training/pictures.js";
import { epochPrinter, writeTrained } from "../training/result.js";
import { trainNetwork } from "../training/train-network.js";
import { regrowWords, withRegrow, zeroNotes } from "../training/zeros.js";
import { verb } from "../verb.js";

interface Options extends TrainingOptions, PictureOptions, ShapeOption, JsonOption {
  readonly net?: string;
  readonly model?: string;
  readonly keepWeights?: true;
  readonly classes?: number;
  readonly data: string;
  readonly limit?: number;
  readonly output: string;
  readonly weights?: Encoding;
}

export function train(): Command {
  const command = verb({
    name: "train",
    summary: "train a network on labelled pictures",
    description:
      "Trains an architecture, or a network from a file with new weights, and writes it with what it needs to be used: how pictures\ngo in, names of the classes, what was done. With --json, one object for each epoch as it ends, and a last one for the network.",
    examples: [
      [
        "train --net resnet8_32 --data glyphs --validation glyphs --epochs 3 -o glyphs.onnx",
        "a small network on the built-in set",
      ],
      [
        "train --net lenet5 --data mnist:FOLDER --validation mnist:FOLDER --epochs 5 --lr 0.05 --threads 2 -o lenet.onnx",
        "LeNet-5 on MNIST's training part, measured on its test part after each epoch",
      ],
      [
        "train --net resnet20_32 --data cifar10:FOLDER --epochs 100 --checkpoint run.checkpoint --resume run.checkpoint -o net.onnx",
        "goes on from where the run was stopped",
      ],
    ],
  })
    .addOption(new Option("--net <name>", "architecture").choices(Object.keys(MODELS)))
    .option("--model <file>", "network whose architecture is trained, .onnx or .esp")
    .option("--keep-weights", "of --model, instead of drawing new ones; finetune has the defaults for that")
    .option("--classes <n>", "of --net; as many as the set has unless it is said", count)
    .requiredOption("-o, --output <file>", "where the network goes, .onnx (batch norm kept) or .esp")
    .addOption(weightsOption());
  return withJson(withPictures(withShape(withSeed(withRegrow(withTraining(withData(command))))))).action(run);
}

async function run(options: Options): Promise<void> {
  const started = performance.now();
  checkRequest(options);
  const set = openData(options.data, options.limit, "train");
  const { graph, beginning, notes, weights } = await startingNetwork(options, set);
  const preprocessing =
    beginning === "scratch"
      ? freshPreprocessing(graph, set, options)
      : preprocessingOf(graph, onlyInput(graph), options);
  const job: TrainingJob = {
    ...{ step: "train", graph, beginning },
    notes:
      beginning === "scratch"
        ? notes
        : [...notes, ...trainingNotes(graph, set, preprocessing), ...zeroNotes(graph, options)],
    pictures: withValidation(set, options.validation, graph, true),
    preprocessing,
    augment: options.augment ?? usualAugmentation(options.data) ?? {},
    words: [
      options.net === undefined ? `--model ${basename(options.model!)}` : `--net ${options.net}`,
      ...regrowWords(options),
    ],
    checkpoint: checkpointBeside(options.output),
    onEpoch: epochPrinter(options.json, epochsOf(options)),
  };
  const trained = await trainNetwork(job, options);
  writeTrained(trained, job, {
    path: options.output,
    weights: options.weights ?? weights,
    json: options.json,
    started,
  });
}

function checkRequest(options: Options): void {
  if ((options.net === undefined) === (options.model === undefined)) {
    throw new RequestError("give --net for an architecture, or --model for a network's; one of them", "train");
  }
  const idle = options.classes !== undefined ? "--classes" : undefined;
  if (options.model !== undefined && idle)
    throw new RequestError("the network of --model has its classes; leave it out", idle);
  if (options.net !== undefined && options.keepWeights) {
    throw new RequestError("an architecture has no weights to keep; leave it out", "--keep-weights");
  }
  if (options.regrow && !options.keepWeights) throw new RequestError("has no use without --keep-weights", "--regrow");
  epochsOf(options);
  checkTrainingPaths(options);
}

interface Start {
  readonly graph: Graph;
  readonly beginning: Beginning;
  readonly notes: readonly string[];
  readonly weights: Encoding;
}

async function startingNetwork(options: Options, set: ImageSet): Promise<Start> {
  if (options.model === undefined) {
    const classes = options.classes ?? countClasses(set);
    if (classes === 0) checkLabels(set, Infinity, "training");
    const graph = MODELS[options.net!]!({ classes });
    return { graph: initialise(graph, options.seed), beginning: "scratch", notes: [], weights: "f32" };
  }
  const { graph, notes, weights } = await readNetworkFile(options.model, options.shape);
  if (options.keepWeights) return { graph, beginning: "weights", notes, weights };
  return { graph: initialise(graph, options.seed), beginning: "scratch", notes, weights };
}
