import { type Command, Option } from "commander";
import { basename } from "node:path";
import type { Encoding } from "../../compile/encode.js";
import { usualAugmentation } from "../../data/open-set.js";
import { RequestError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { MODELS } from "../../models/index.js";
import { initialise } from "../../train/index.js";
import { readNetworkFile } from "../network-file.js";
import {
  type JsonOption,
  openData,
  type PictureOptions,
  type ShapeOption,
  weightsOption,
  withJson,
  withPictures,
  withShape,
} from "../options.js";
import {
  checkPair,
  distillationLoss,
  distillationWords,
  sharedPreprocessing,
  usesLabels,
} from "../training/distillation.js";
import type { TrainingJob } from "../training/job.js";
import type { Beginning } from "../training/optimiser.js";
import {
  type DistillationOptions,
  type TrainingOptions,
  withData,
  withDistillation,
  withSeed,
  withTraining,
  epochsOf,
} from "../training/options.js";
import { checkpointBeside, checkTrainingPaths } from "../training/paths.js";
import { classesOf, trainingNotes, withValidation } from "../training/pictures.js";
import { epochPrinter, writeTrained } from "../training/result.js";
import { trainNetwork } from "../training/train-network.js";
import { regrowWords, withRegrow, zeroNotes } from "../training/zeros.js";
import { verb } from "../verb.js";

interface Options extends TrainingOptions, DistillationOptions, PictureOptions, ShapeOption, JsonOption {
  readonly teacher: string;
  readonly student?: string;
  readonly net?: string;
  readonly initialise?: true;
  readonly data: string;
  readonly limit?: number;
  readonly output: string;
  readonly weights?: Encoding;
}

export function distill(): Command {
  const command = verb({
    name: "distill",
    summary: "train a network to answer as another one does",
    description:
      "Trains a student to give the answers of a teacher (Hinton et al. 2015), and the labels where the set has them. Pictures without\nlabels will do. With --json, one object for each epoch as it ends, and a last one for the network.",
    examples: [
      [
        "distill --teacher model.onnx --student half.onnx --data images:FOLDER --no-labels --epochs 10 -o better.onnx",
        "a pruned network follows the one that it was cut from, on pictures without labels",
      ],
      [
        "distill --teacher resnet56.onnx --net resnet8_32 --data cifar10:FOLDER --validation cifar10:FOLDER --epochs 30 -o small.onnx",
        "a small architecture with new weights",
      ],
    ],
  })
    .requiredOption("--teacher <file>", "network to follow, .onnx or .esp; it stays as it is")
    .option("--student <file>", "network to train, from the weights it has")
    .addOption(
      new Option("--net <name>", "architecture to train instead, with new weights").choices(Object.keys(MODELS)),
    )
    .option("--initialise", "draw new weights for --student")
    .requiredOption("-o, --output <file>", "where the student goes, .onnx (batch norm kept) or .esp")
    .addOption(weightsOption());
  return withJson(
    withPictures(withShape(withSeed(withRegrow(withTraining(withDistillation(withData(command))))))),
  ).action(run);
}

async function run(options: Options): Promise<void> {
  const started = performance.now();
  checkRequest(options);
  const { graph: teacher } = await readNetworkFile(options.teacher, options.shape);
  const { graph, beginning, notes, weights } = await startingStudent(options, teacher);
  checkPair(teacher, graph);
  const preprocessing = sharedPreprocessing(teacher, graph, options);
  const set = openData(options.data, options.limit, "train");
  const labels = usesLabels(set, options);
  const job: TrainingJob = {
    ...{ step: "distill", graph, beginning, preprocessing, teacher },
    pictures: withValidation(set, options.validation, graph, labels),
    augment: options.augment ?? usualAugmentation(options.data) ?? {},
    loss: distillationLoss(options, labels),
    words: [`--teacher ${basename(options.teacher)}`, ...distillationWords(options, labels), ...regrowWords(options)],
    checkpoint: checkpointBeside(options.output),
    notes: [
      ...notes,
      ...trainingNotes(graph, set, preprocessing),
      ...(beginning === "weights" ? zeroNotes(graph, options) : []),
    ],
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
  if ((options.student === undefined) === (options.net === undefined)) {
    throw new RequestError("give --student for a network, or --net for an architecture; one of them", "distill");
  }
  if (options.net !== undefined && options.initialise) {
    throw new RequestError("an architecture has new weights anyway; leave it out", "--initialise");
  }
  if (options.regrow && (options.net !== undefined || options.initialise)) {
    throw new RequestError("new weights are no zeros; leave it out", "--regrow");
  }
  epochsOf(options);
  checkTrainingPaths(options);
}

interface Student {
  readonly graph: Graph;
  readonly beginning: Beginning;
  readonly notes: readonly string[];
  readonly weights: Encoding;
}

async function startingStudent(options: Options, teacher: Graph): Promise<Student> {
  if (options.student === undefined) {
    const graph = initialise(MODELS[options.net!]!({ classes: classesOf(teacher) }), options.seed);
    return { graph: withLabels(graph, teacher), beginning: "scratch", notes: [], weights: "f32" };
  }
  const { graph, notes, weights } = await readNetworkFile(options.student, options.shape);
  const labelled = withLabels(graph, teacher);
  if (!options.initialise) return { graph: labelled, beginning: "weights", notes, weights };
  const fresh = { ...labelled, about: { ...labelled.about, preprocessing: {} } };
  return { graph: initialise(fresh, options.seed), beginning: "scratch", notes, weights };
}

/** What the teacher calls the classes, unless the student has names for them. */
function withLabels(graph: Graph, { about }: Graph): Graph {
  if (graph.about.labels.length > 0) return graph;
  return { ...graph, about: { ...graph.about, labels: about.labels } };
}
