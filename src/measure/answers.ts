/** A classifier's answers to a set, kept: how often they are right, and how far they are from another network's, labels or none. */
import { DataError } from "../errors.js";
import type { ImageSet } from "../data/image-set.js";
import { checkLabels } from "../data/labels.js";
import type { Preprocessing } from "../graph/about.js";
import type { Session } from "../runtime/index.js";
import { asClassifier, scoreBatches } from "./scores.js";

/** Natural logarithms of a classifier's probabilities: a row a picture. */
export interface Answers {
  readonly classes: number;
  readonly logProbabilities: Float32Array;
}

/** Below any probability that float32 scores can say: what takes the place of the logarithm of 0. */
const LEAST = Math.log(1e-38);

/** A classifier's answers to all pictures of a set, whether it ends in a softmax or in front of one. */
export function collectAnswers(session: Session, set: ImageSet, preprocessing: Preprocessing): Answers {
  const classifier = asClassifier(session, "a comparison of answers");
  const { classes } = classifier;
  const logProbabilities = new Float32Array(set.count * classes);
  for (const { first, rows } of scoreBatches(classifier, set, preprocessing)) {
    rows.forEach((row, i) => {
      const to = logProbabilities.subarray((first + i) * classes, (first + i + 1) * classes);
      if (classifier.isProbability) row.forEach((p, c) => (to[c] = Math.max(LEAST, Math.log(p))));
      else logSoftmax(row, to);
    });
  }
  return { classes, logProbabilities };
}

function logSoftmax(scores: Float32Array, to: Float32Array): void {
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
  scores.forEach((score, c) => (to[c] = Math.max(LEAST, score - largest - Math.log(sum))));
}

/**
 * Mean Kullback-Leibler divergence KL(from || to) over the pictures, in nats: 0 where the answers are the same. NaN where an answer
 * is not finite. Throws a `DataError` unless both answer the same pictures in the same classes.
 */
export function divergence(from: Answers, to: Answers): number {
  const [p, q] = [from.logProbabilities, to.logProbabilities];
  if (p.length !== q.length || from.classes !== to.classes) {
    throw new DataError(`answers to compare have ${p.length} and ${q.length} numbers; ask both the same pictures`);
  }
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.exp(p[i]!) * (p[i]! - q[i]!);
  return (sum * from.classes) / p.length;
}

/** The share of pictures whose label has the largest probability; of equal ones the first counts, and NaN is never right. */
export function shareRight({ classes, logProbabilities }: Answers, set: ImageSet): number {
  checkLabels(set, classes, "accuracy");
  let right = 0;
  for (let i = 0; i < set.count; i++) {
    const row = logProbabilities.subarray(i * classes, (i + 1) * classes);
    const own = row[set.label(i)!]!;
    if (row.every((other, c) => other < own || (other === own && c >= set.label(i)!))) right++;
  }
  return right / set.count;
}
