/** The pictures of a training run: what they are, how they go in, and whether they fit. All is checked before anything is trained. */
import type { ImageSet } from "../../data/image-set.js";
import { checkLabels } from "../../data/labels.js";
import { withMeasuredColours } from "../../data/measure-colours.js";
import type { Preprocessing } from "../../graph/about.js";
import { type Graph, sizeOf } from "../../graph/graph.js";
import { inferShapes } from "../../ops/walk.js";
import { onlyInput, openData, type PictureOptions, preprocessingOf } from "../options.js";

export interface TrainingPictures {
  readonly set: ImageSet;
  readonly validation: ImageSet | undefined;
}

/** How many classes a network tells apart: numbers of its only output. */
export function classesOf(graph: Graph): number {
  return sizeOf(inferShapes(graph).get(graph.outputs[0]!)!);
}

/** Opens the set that is kept aside, and checks the labels of both; without `labels` only those that are kept aside. */
export function withValidation(
  set: ImageSet,
  spec: string | undefined,
  graph: Graph,
  labels: boolean,
): TrainingPictures {
  const classes = classesOf(graph);
  if (labels) checkLabels(set, classes, "training");
  const validation = spec === undefined ? undefined : openData(spec, undefined, "test");
  if (validation) checkLabels(validation, classes, "validation");
  return { set, validation };
}

/** What was typed, else what the network says of itself, else the colours of the set itself: for weights that are drawn. */
export function freshPreprocessing(graph: Graph, set: ImageSet, options: PictureOptions): Preprocessing {
  const input = onlyInput(graph);
  const known = preprocessingOf(graph, input, options);
  const told = options.mean ?? options.std ?? graph.about.preprocessing[input.name];
  return told === undefined ? withMeasuredColours(set, known) : known;
}

/** What may surprise whoever trains a network that has its weights already. */
export function trainingNotes({ about }: Graph, set: ImageSet, { mean, std }: Preprocessing): string[] {
  const raw = mean.length === 0 && std.length === 0;
  const renamed =
    set.classes.length > 0 && about.labels.length > 0 && set.classes.join("\n") !== about.labels.join("\n");
  return [
    ...(raw ? ["pixels go in as 0 to 255; give --mean and --std if the network was trained otherwise"] : []),
    ...(renamed
      ? [`the set calls its classes ${told(set.classes)}, the network ${told(about.labels)}; the network's names stay`]
      : []),
  ];
}

const told = (names: readonly string[]) => `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", .." : ""}`;
