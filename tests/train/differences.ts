/** Gradients of a training step against central differences of its float64 meaning. */
import * as assert from "uvu/assert";
import { type Graph, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { deriveSeed, normal, uniform } from "../../src/random.js";
import { sgd } from "../../src/train/optimiser.js";
import { TrainingStep } from "../../src/train/step.js";
import type { LossNumbers } from "../../src/train/plan.js";
import type { Build } from "../../src/runtime/index.js";
import { type MeantBatch, meantLogits, meantLoss } from "./meaning.js";

export const BUILD = (process.env["ESPALIER_BUILD"] ?? "baseline") as Build;

/** Allowed error of an element of a gradient, relative to the largest of its tensor. */
const TOLERANCE = 1e-3;
const DIFFERENCE = 1e-5;
/** Elements of each parameter that are looked at, spread over all of it. */
const LOOKED_AT = 16;

export const PLAIN_LOSS: LossNumbers = { smoothing: 0, labels: 1, teacher: 0, temperature: 1 };

export interface DifferenceOptions {
  readonly batch?: number;
  readonly threads?: number;
  readonly loss?: LossNumbers;
  readonly teacher?: Graph;
  /** Which parameters' gradients are looked at; all unless it is said. */
  readonly looksAt?: (name: string) => boolean;
}

export function seededBatch(graph: Graph, batch: number, classes: number, seed = 7): MeantBatch {
  const { shape } = graph.inputs[0]!;
  const images = Array.from({ length: batch }, (_, image) => {
    const next = normal(deriveSeed(seed, `image ${image}`));
    return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => next()) };
  });
  const next = uniform(seed);
  return { images, labels: Array.from({ length: batch }, () => Math.floor(classes * next())) };
}

export const joined = (images: readonly Tensor[]) => Float32Array.from(images.flatMap(({ data }) => [...data]));

/** Runs one step and compares loss and gradients of all parameters with the meaning. */
export async function checkGradients(graph: Graph, options: DifferenceOptions = {}): Promise<void> {
  const { batch = 3, threads = 1, loss = PLAIN_LOSS, teacher, looksAt = () => true } = options;
  const step = await TrainingStep.open(graph, { batch, threads, build: BUILD, optimiser: sgd(), loss, teacher });
  try {
    const drawn = seededBatch(graph, batch, step.classes);
    const teacherLogits = teacher && meantLogits(teacher, teacher.constants, drawn.images).map(({ data }) => data);
    const meant: MeantBatch = teacherLogits ? { ...drawn, teacher: teacherLogits } : drawn;
    const result = step.run(joined(meant.images), Int32Array.from(meant.labels));
    const wide = new Map<string, Tensor>([...graph.constants].map(([name, t]) => [name, widened(t)]));
    const expected = meantLoss(graph, wide, meant, loss);
    assert.ok(
      Math.abs(result.loss - expected) <= 1e-4 * Math.max(1, Math.abs(expected)),
      `loss ${result.loss}, meant ${expected}`,
    );
    for (const { name, shape, gradient } of step.parameters.filter(({ name }) => looksAt(name))) {
      checkParameter(name, gradient, sizeOf(shape), (element) => slope(graph, wide, name, element, meant, loss));
    }
  } finally {
    step.dispose();
  }
}

const widened = ({ shape, data }: Tensor): Tensor => ({ shape, data: Float64Array.from(data) });

/** The central difference of the loss by one element of one constant. */
function slope(
  graph: Graph,
  constants: Map<string, Tensor>,
  name: string,
  element: number,
  batch: MeantBatch,
  loss: LossNumbers,
): number {
  const { data } = constants.get(name)!;
  const before = data[element]!;
  const at = (value: number) => {
    data[element] = value;
    const result = meantLoss(graph, constants, batch, loss);
    data[element] = before;
    return result;
  };
  return (at(before + DIFFERENCE) - at(before - DIFFERENCE)) / (2 * DIFFERENCE);
}

function checkParameter(
  name: string,
  gradient: Float32Array,
  count: number,
  slopeOf: (element: number) => number,
): void {
  const step = Math.max(1, Math.floor(count / LOOKED_AT));
  const elements = Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
  const meant = elements.map(slopeOf);
  const largest = Math.max(...meant.map(Math.abs), ...gradient.map(Math.abs));
  assert.ok(largest > 1e-6, `${name}: all gradients are 0, so nothing is compared`);
  elements.forEach((element, i) => {
    const error = Math.abs(gradient[element]! - meant[i]!) / largest;
    assert.ok(error <= TOLERANCE, `${name}[${element}]: gradient ${gradient[element]}, difference ${meant[i]}`);
  });
}
