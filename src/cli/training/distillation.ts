/** Learning from a teacher: which part of the loss is the teacher's, and what both networks must share. */
import type { ImageSet } from "../../data/image-set.js";
import { RequestError } from "../../errors.js";
import type { Preprocessing } from "../../graph/about.js";
import { formatShape, type Graph, sameShape } from "../../graph/graph.js";
import type { LossNumbers } from "../../train/index.js";
import { onlyInput, type PictureOptions, preprocessingOf } from "../options.js";
import type { DistillationOptions } from "./options.js";
import { classesOf } from "./pictures.js";

/** Whether labels count: they are there, and nobody said that they should not. */
export function usesLabels(set: ImageSet, { labels, weight }: DistillationOptions): boolean {
  return labels && weight < 1 && set.label(0) !== undefined;
}

/** Hinton et al. 2015, section 2: the teacher's part is multiplied by the square of the temperature, so that its weight stays. */
export function distillationLoss(options: DistillationOptions, labels: boolean): Partial<LossNumbers> {
  const { temperature, weight } = options;
  if (!labels) return { labels: 0, teacher: 1, temperature };
  return { labels: 1 - weight, teacher: weight, temperature };
}

export function distillationWords({ temperature, weight }: DistillationOptions, labels: boolean): string[] {
  return [`--temperature ${temperature}`, labels ? `--weight ${weight}` : "--no-labels"];
}

/** Throws a `RequestError` where the student cannot follow the teacher. */
export function checkPair(teacher: Graph, student: Graph): void {
  const [taught, own] = [onlyInput(teacher), onlyInput(student)];
  if (!sameShape(taught.shape, own.shape)) {
    throw new RequestError(
      `takes pictures of ${formatShape(taught.shape)}, the student of ${formatShape(own.shape)}; both must see the same`,
      "--teacher",
    );
  }
  if (classesOf(teacher) !== classesOf(student)) {
    throw new RequestError(`has ${classesOf(teacher)} classes, the student ${classesOf(student)}`, "--teacher");
  }
}

/** Both networks get the same numbers: as typed, or as the teacher says; a student that says something else is refused. */
export function sharedPreprocessing(teacher: Graph, student: Graph, options: PictureOptions): Preprocessing {
  const shared = preprocessingOf(teacher, onlyInput(teacher), options);
  const own = student.about.preprocessing[onlyInput(student).name];
  const typed = options.mean ?? options.std ?? options.colour;
  if (typed !== undefined || own === undefined || numbersOf(own) === numbersOf(shared)) return shared;
  throw new RequestError(
    "teacher and student say different things of how pictures go in; give --mean, --std",
    "distill",
  );
}

/** Compiled networks keep float32. */
const numbersOf = ({ mean, std, colour }: Preprocessing) =>
  JSON.stringify([[...mean].map(Math.fround), [...std].map(Math.fround), colour]);
