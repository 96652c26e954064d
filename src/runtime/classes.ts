/** From a classifier's output to classes with their names. */
import { RequestError } from "../errors.js";
import type { Outputs, Session } from "./session.js";
import { formatShape, sizeOf } from "./shape.js";

export interface FoundClass {
  readonly class: number;
  readonly label: string | undefined;
  /** What the network says; a share of 1 where `probabilities` was asked for. */
  readonly score: number;
}

export interface ClassesOptions {
  /** How many at most, the best first. Default: 5. */
  readonly most?: number | undefined;
  /** Which picture of a batch. Default: 0. */
  readonly picture?: number | undefined;
  /** Makes probabilities of logits: softmax over all classes. */
  readonly probabilities?: boolean | undefined;
}

type Described = Pick<Session, "name" | "outputs" | "labels" | "task">;

/** Whether the network has one output, and that one number a class for each picture. */
export function isClassifier({ outputs: [output, ...others], task }: Described): boolean {
  const shape = output!.shape;
  const plain = others.length === 0 && shape.length >= 2 && shape.slice(2).every((size) => size === 1);
  return plain && sizeOf(shape.slice(1)) >= 2 && (task === "classes" || shape.length === 2);
}

/**
 * The best classes, best first; of equal ones the first. Throws a `RequestError` for a network whose output is not one number a
 * class.
 *
 * @example
 * const [best] = classes(session, session.run(pixels(session, photo)));
 */
export function classes(session: Described, outputs: Outputs, options: ClassesOptions = {}): FoundClass[] {
  const { most = 5, picture = 0, probabilities = false } = options;
  const { name, shape } = session.outputs[0]!;
  if (!isClassifier(session))
    throw new RequestError(`output ${name} of shape ${formatShape(shape)} is not one number a class`, session.name);
  if (!(Number.isInteger(picture) && picture >= 0 && picture < shape[0]!))
    throw new RequestError(`there is no picture ${picture} in a batch of ${shape[0]}`, "picture");
  const count = shape[1]!;
  const numbers = outputs[name]!.subarray(picture * count, (picture + 1) * count);
  const scores = probabilities ? softmax(numbers) : numbers;
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.slice(0, most).map((number) => ({
    class: number,
    label: session.labels[number],
    score: scores[number]!,
  }));
}

function softmax(values: Float32Array): Float64Array {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(values, (value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
