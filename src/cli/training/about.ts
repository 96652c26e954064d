/** What a network knows of itself after training: how pictures go in, what its classes are called, what was done to it. */
import type { Graph } from "../../graph/graph.js";
import { onlyInput } from "../options.js";
import type { ChosenOptimiser } from "./optimiser.js";
import type { TrainingOptions } from "./options.js";
import { classesOf } from "./pictures.js";
import { provenanceOf } from "./report.js";
import type { TrainingJob } from "./job.js";

export interface TrainingDone {
  readonly job: TrainingJob;
  readonly options: TrainingOptions;
  readonly optimiser: ChosenOptimiser;
  readonly epochs: number;
  /** Top-1 on the pictures that were kept aside; null without any. */
  readonly before: number | null;
  readonly after: number | null;
}

/** Names of classes that the network has already stay; those of the set are taken where they are one for each class. */
export function withTrainingNoted(graph: Graph, done: TrainingDone): Graph {
  const { job, options, optimiser, epochs, before, after } = done;
  const { set, validation } = job.pictures;
  const { about } = graph;
  const labels = about.labels.length === 0 && set.classes.length === classesOf(graph) ? set.classes : about.labels;
  const provenance = provenanceOf({
    ...{ step: job.step, words: job.words, set: set.name, validation: validation?.name, epochs },
    ...{ batch: options.batch, optimiser: optimiser.words, schedule: options.schedule, warmUp: options.warmUp },
    ...{ labelSmoothing: options.labelSmoothing, augment: job.augment, seed: options.seed },
    ...{ before, after },
  });
  return {
    ...graph,
    about: {
      ...about,
      labels,
      task: "classes",
      preprocessing: { ...about.preprocessing, [onlyInput(graph).name]: job.preprocessing },
      provenance: [...about.provenance, provenance],
    },
  };
}
