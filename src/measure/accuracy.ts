/** How often a network is right, measured on the runtime. */
import { RequestError } from "../errors.js";
import type { ImageSet } from "../data/image-set.js";
import { checkLabels } from "../data/labels.js";
import { fillInput } from "../data/preprocess.js";
import { type Preprocessing } from "../graph/about.js";
import { formatShape, sizeOf } from "../graph/graph.js";
import type { Session } from "../runtime/index.js";

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
  const [input, output] = [session.inputs[0]!, session.outputs[0]!];
  const batch = input.shape[0]!;
  const classes = sizeOf(output.shape) / batch;
  if (session.inputs.length !== 1) {
    throw new RequestError(`the network has ${session.inputs.length} inputs; accuracy needs one`, session.name);
  }
  const plain =
    session.outputs.length === 1 && classes === (output.shape.length > 1 ? output.shape[1] : output.shape[0]);
  if (session.task === "boxes" || !plain) {
    throw new RequestError(
      `accuracy needs a network with one output of one number a class, this one has ${describeOutputs(session)}`,
      session.name,
    );
  }
  checkLabels(set, classes, "accuracy");
  const isProbability = endsInSoftmax(session);
  const pixels = new Float32Array(sizeOf(input.shape));
  const sum = { top1: 0, top5: 0, loss: 0 };
  for (let first = 0; first < set.count; first += batch) {
    const count = Math.min(batch, set.count - first);
    for (let i = 0; i < count; i++) {
      fillInput(set.picture(first + i), options.preprocessing, pixels, (i * pixels.length) / batch);
    }
    const scores = session.run({ [input.name]: pixels })[output.name]!;
    for (let i = 0; i < count; i++) {
      const row = scores.subarray(i * classes, (i + 1) * classes);
      const label = set.label(first + i)!;
      const place = placeOf(row, label);
      if (place < 1) sum.top1++;
      if (place < 5) sum.top5++;
      sum.loss += isProbability ? -Math.log(Math.max(row[label]!, Number.MIN_VALUE)) : crossEntropy(row, label);
    }
    options.onProgress?.(first + count);
    yield;
  }
  const n = set.count;
  return { top1: sum.top1 / n, top5: sum.top5 / n, loss: sum.loss / n, n };
}

const describeOutputs = ({ outputs, task }: Session) =>
  `${outputs.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ")} (task "${task}")`;

/** Whether the first output is a softmax's, perhaps reshaped. */
function endsInSoftmax(session: Session): boolean {
  return session.layers.filter((layer) => layer.type !== "reshape").at(-1)?.type === "softmax";
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
