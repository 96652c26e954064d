/** How often a network is right, measured on the runtime. */
import type { ImageSet } from "../data/image-set.js";
import { checkLabels } from "../data/labels.js";
import type { Preprocessing } from "../graph/about.js";
import type { Session } from "../runtime/index.js";
import { asClassifier, scoreBatches } from "./scores.js";

export interface Accuracy {
  /** Shares of pictures whose class is the first, or among the first five. */
  readonly top1: number;
  readonly top5: number;
  /** Mean cross-entropy, natural logarithm. */
  readonly loss: number;
  readonly n: number;
}

export interface AccuracyOptions {
  readonly preprocessing: Preprocessing;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Classifies every picture of a set. Throws a `DataError` for a label that is missing or not a class of the network. */
export function measureAccuracy(session: Session, set: ImageSet, options: AccuracyOptions): Accuracy {
  const batches = accuracyByBatches(session, set, options);
  for (let next = batches.next(); ; next = batches.next()) if (next.done) return next.value;
}

/** Milliseconds of work after which others may have their turn: signals, progress. */
const TURN = 50;

/** The same, giving way to other work now and then. */
export async function measureAccuracyInTurns(
  session: Session,
  set: ImageSet,
  options: AccuracyOptions,
): Promise<Accuracy> {
  const batches = accuracyByBatches(session, set, options);
  let turn = performance.now();
  for (let next = batches.next(); ; next = batches.next()) {
    if (next.done) return next.value;
    if (performance.now() - turn < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    turn = performance.now();
  }
}

function* accuracyByBatches(session: Session, set: ImageSet, options: AccuracyOptions): Generator<void, Accuracy> {
  const classifier = asClassifier(session, "accuracy");
  checkLabels(set, classifier.classes, "accuracy");
  const sum = { top1: 0, top5: 0, loss: 0 };
  for (const { first, rows } of scoreBatches(classifier, set, options.preprocessing)) {
    rows.forEach((row, i) => {
      const label = set.label(first + i)!;
      const place = placeOf(row, label);
      if (place < 1) sum.top1++;
      if (place < 5) sum.top5++;
      sum.loss += classifier.isProbability
        ? -Math.log(Math.max(row[label]!, Number.MIN_VALUE))
        : crossEntropy(row, label);
    });
    options.onProgress?.(first + rows.length);
    yield;
  }
  const n = set.count;
  return { top1: sum.top1 / n, top5: sum.top5 / n, loss: sum.loss / n, n };
}

/** How many classes have a better score; of equal scores the first is better, and NaN is never right: broken networks do not win. */
function placeOf(scores: Float32Array, label: number): number {
  const own = scores[label]!;
  if (Number.isNaN(own)) return Infinity;
  let better = 0;
  scores.forEach((score, i) => {
    if (score > own || (score === own && i < label)) better++;
  });
  return better;
}

function crossEntropy(logits: Float32Array, label: number): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return Math.log(sum) + largest - logits[label]!;
}
