/** What a classifier says of each picture of a set, on the runtime. */
import { RequestError } from "../errors.js";
import type { ImageSet } from "../data/image-set.js";
import { fillInput } from "../data/preprocess.js";
import type { Preprocessing } from "../graph/about.js";
import { formatShape, sizeOf } from "../graph/graph.js";
import type { Session } from "../runtime/index.js";

export interface Classifier {
  readonly session: Session;
  readonly classes: number;
  /** Whether scores are probabilities; else they are what a softmax makes probabilities of. */
  readonly isProbability: boolean;
}

/** The session as a classifier. Throws a `RequestError` that says what `needer` needs where it is none. */
export function asClassifier(session: Session, needer: string): Classifier {
  if (session.inputs.length !== 1) {
    throw new RequestError(`the network has ${session.inputs.length} inputs; ${needer} needs one`, session.name);
  }
  const output = session.outputs[0]!;
  const classes = sizeOf(output.shape) / session.inputs[0]!.shape[0]!;
  const plain =
    session.outputs.length === 1 && classes === (output.shape.length > 1 ? output.shape[1] : output.shape[0]);
  if (session.task === "boxes" || !plain) {
    throw new RequestError(
      `${needer} needs a network with one output of one number a class, this one has ${describeOutputs(session)}`,
      session.name,
    );
  }
  return { session, classes, isProbability: endsInSoftmax(session) };
}

const describeOutputs = ({ outputs, task }: Session) =>
  `${outputs.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ")} (task "${task}")`;

/** Whether the first output is a softmax's, perhaps reshaped. */
function endsInSoftmax(session: Session): boolean {
  return session.layers.filter((layer) => layer.type !== "reshape").at(-1)?.type === "softmax";
}

/** Scores of one batch: a row a picture, the first of them picture `first` of the set. Valid until the next batch. */
export interface ScoredBatch {
  readonly first: number;
  readonly rows: readonly Float32Array[];
}

/** All pictures of a set, a batch at a time. */
export function* scoreBatches(
  { session, classes }: Classifier,
  set: ImageSet,
  preprocessing: Preprocessing,
): Generator<ScoredBatch> {
  const [input, output] = [session.inputs[0]!, session.outputs[0]!];
  const batch = input.shape[0]!;
  const pixels = new Float32Array(sizeOf(input.shape));
  for (let first = 0; first < set.count; first += batch) {
    const count = Math.min(batch, set.count - first);
    for (let i = 0; i < count; i++) {
      fillInput(set.picture(first + i), preprocessing, pixels, (i * pixels.length) / batch);
    }
    const scores = session.run({ [input.name]: pixels })[output.name]!;
    yield {
      first,
      rows: Array.from({ length: count }, (_, i) => scores.subarray(i * classes, (i + 1) * classes)),
    };
  }
}
