/** Training as the recovery behind a cut: the pruned network is trained further, alone or behind the dense one. */
import { usualAugmentation } from "../../data/open-set.js";
import type { Graph } from "../../graph/graph.js";
import { onlyInput, openData, type PictureOptions, preprocessingOf } from "../options.js";
import { withTrainingNoted } from "./about.js";
import { distillationLoss, distillationWords, usesLabels } from "./distillation.js";
import type { TrainingJob } from "./job.js";
import { type DistillationOptions, epochsOf, type TrainingOptions } from "./options.js";
import { trainingNotes, withValidation } from "./pictures.js";
import { optimiserFor, type TrainedNetwork, trainNetwork } from "./train-network.js";

export interface RetrainingOptions extends TrainingOptions, DistillationOptions, PictureOptions {
  readonly data: string;
  /** The first so many pictures; all unless it is said. */
  readonly samples?: number | undefined;
}

export interface Retraining {
  /** The job, of any graph that was cut from the dense one. */
  jobFor(graph: Graph): TrainingJob;
  /** A cut graph that notes as much as it will after training: its file will be as large. */
  likeTrained(graph: Graph): Graph;
  run(graph: Graph): Promise<TrainedNetwork>;
}

/** Opens and checks everything, so that nothing fails behind the pruning that could fail before it. */
export function prepareRetraining(
  kind: "finetune" | "distill",
  dense: Graph,
  options: RetrainingOptions,
  checkpoint: string | undefined,
): Retraining {
  const epochs = epochsOf(options);
  const preprocessing = preprocessingOf(dense, onlyInput(dense), options);
  const set = openData(options.data, options.samples, "train");
  const labels = kind === "finetune" || usesLabels(set, options);
  const pictures = withValidation(set, options.validation, dense, labels);
  const distillation =
    kind === "finetune"
      ? { words: [] }
      : { words: distillationWords(options, labels), teacher: dense, loss: distillationLoss(options, labels) };
  const jobFor = (graph: Graph): TrainingJob => ({
    ...{ step: kind, graph, beginning: "weights", pictures, preprocessing, checkpoint, ...distillation },
    augment: options.augment ?? usualAugmentation(options.data) ?? {},
    notes: trainingNotes(dense, set, preprocessing),
  });
  return {
    jobFor,
    // Any figure but 0 takes the same room.
    likeTrained: (graph) =>
      withTrainingNoted(graph, {
        ...{ job: jobFor(graph), options, optimiser: optimiserFor(jobFor(dense), options), epochs },
        ...{ before: options.validation === undefined ? null : 1, after: options.validation === undefined ? null : 1 },
      }),
    run: (graph) => trainNetwork(jobFor(graph), options),
  };
}
