import type { Command } from "commander";
import type { Encoding } from "../../compile/encode.js";
import { usualAugmentation } from "../../data/open-set.js";
import { readNetworkFile } from "../network-file.js";
import {
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
import { type TrainingOptions, withData, withSeed, withTraining, epochsOf } from "../training/options.js";
import { checkpointBeside, checkTrainingPaths } from "../training/paths.js";
import { trainingNotes, withValidation } from "../training/pictures.js";
import { epochPrinter, writeTrained } from "../training/result.js";
import { trainNetwork } from "../training/train-network.js";
import { regrowWords, withRegrow, zeroNotes } from "../training/zeros.js";
import { verb } from "../verb.js";

interface Options extends TrainingOptions, PictureOptions, ShapeOption, JsonOption {
  readonly data: string;
  readonly limit?: number;
  readonly output: string;
  readonly weights?: Encoding;
}

export function finetune(): Command {
  const command = verb({
    name: "finetune",
    summary: "train a network further, from the weights it has",
    description:
      "Trains a network further; what is pruned away stays away. Where batch norm is folded away, as in every .esp, the optimiser is adam with a small rate unless it is\nsaid: there sgd at the usual rates destroys the weights. With --json, one object for each epoch as it ends, and a last one.",
    examples: [
      [
        "finetune half.onnx --data cifar10:FOLDER --validation cifar10:FOLDER --epochs 20 -o better.onnx",
        "a pruned network, on the pictures that it was trained on",
      ],
      [
        "finetune net.esp --data images:FOLDER --epochs 3 --lr 1e-4 -o net2.esp",
        "a compiled network, batch norm folded, with adam",
      ],
    ],
  })
    .argument("<file>", "network, .onnx or .esp")
    .requiredOption("-o, --output <file>", "where the network goes, .onnx or .esp")
    .addOption(weightsOption());
  return withJson(withPictures(withShape(withSeed(withRegrow(withTraining(withData(command))))))).action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const started = performance.now();
  const epochs = epochsOf(options);
  checkTrainingPaths(options);
  const { graph, notes, weights } = await readNetworkFile(path, options.shape);
  const preprocessing = preprocessingOf(graph, onlyInput(graph), options);
  const set = openData(options.data, options.limit, "train");
  const job: TrainingJob = {
    ...{ step: "finetune", graph, beginning: "weights", preprocessing },
    pictures: withValidation(set, options.validation, graph, true),
    augment: options.augment ?? usualAugmentation(options.data) ?? {},
    words: regrowWords(options),
    notes: [...notes, ...trainingNotes(graph, set, preprocessing), ...zeroNotes(graph, options)],
    checkpoint: checkpointBeside(options.output),
    onEpoch: epochPrinter(options.json, epochs),
  };
  const trained = await trainNetwork(job, options);
  writeTrained(trained, job, {
    path: options.output,
    weights: options.weights ?? weights,
    json: options.json,
    started,
  });
}
