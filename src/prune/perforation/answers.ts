/** What a network loses when it answers otherwise, and which way its answers are turned to ask what matters to them. */
import { DataError, RequestError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { inferShapes } from "../../ops/walk.js";
import { outputsOf } from "../answers.js";
import { divergence, logSoftmax, squaredDistance } from "../logits.js";
import type { Runner } from "../runner.js";
import type { Samples } from "../segments.js";

/** How far answers are from the dense network's, or the cross-entropy against labels. */
export type Loss = "answers" | "labels";

/** The dense network's answers to some samples: the outputs of a graph that ends in logits. */
export class DenseAnswers {
  readonly samples: Samples;
  readonly #names: readonly string[];
  readonly loss: Loss;
  /** By output, one of each sample. */
  readonly #answers: ReadonlyMap<string, readonly Float32Array[]>;
  /** By output, the mean square about the mean, summed over the numbers. */
  readonly #energies: ReadonlyMap<string, number>;
  /** Whether the only output is a score for each class. */
  readonly #isScores: boolean;

  private constructor(graph: Graph, samples: Samples, loss: Loss, answers: ReadonlyMap<string, Float32Array[]>) {
    this.samples = samples;
    this.#names = graph.outputs;
    this.loss = loss;
    this.#answers = answers;
    this.#energies = new Map([...answers].map(([name, list]) => [name, energyOf(list)]));
    this.#isScores = graph.outputs.length === 1 && isVector(inferShapes(graph).get(graph.outputs[0]!)!);
  }

  /**
   * Throws a `RequestError` where labels are asked for and there are none, or none of the network's classes, and a `DataError` where
   * an answer is not finite.
   */
  static async run(graph: Graph, samples: Samples, loss: Loss, runner: Runner): Promise<DenseAnswers> {
    const given = await outputsOf(graph, samples, runner);
    const answers = new Map(graph.outputs.map((name) => [name, given.map((outputs, i) => finite(outputs[name]!, i))]));
    const dense = new DenseAnswers(graph, samples, loss, answers);
    if (loss === "labels") dense.#checkLabels();
    return dense;
  }

  /**
   * What one output loses on a sample: the Kullback-Leibler divergence from the dense scores of the classes, or the squared change over
   * the output's energy where it is something else; or the cross-entropy against the label.
   */
  lossOf(name: string, values: Float32Array, sample: number): number {
    if (this.loss === "labels") return -logSoftmax(values)[this.samples.label!(sample)!]!;
    const dense = this.#answers.get(name)![sample]!;
    if (!this.#isScores) return squaredDistance(dense, values) / this.#energies.get(name)!;
    return divergence(dense, values);
  }

  /** Of the dense network, by output: means over the samples. */
  losses(): Map<string, number> {
    const { count } = this.samples;
    const mean = (name: string, list: readonly Float32Array[]) =>
      list.reduce((sum, values, i) => sum + this.lossOf(name, values, i) / count, 0);
    return new Map([...this.#answers].map(([name, list]) => [name, mean(name, list)]));
  }

  /**
   * Slopes of a function of a sample's answers: of the cross-entropy; or of a sum of all answers with signs that are drawn, each output in
   * units of its energy, so that the mean square of what a small change does to that sum is how far it moves the answers.
   */
  slopes(answers: readonly Float32Array[], sample: number, draw: () => number): readonly ArrayLike<number>[] {
    if (this.loss === "labels") return [crossEntropySlopes(answers[0]!, this.samples.label!(sample)!)];
    return answers.map((values, o) => {
      const unit = 1 / Math.sqrt(this.#energies.get(this.#names[o]!)!);
      return values.map(() => (draw() < 0.5 ? -unit : unit));
    });
  }

  #checkLabels(): void {
    const { samples } = this;
    if (!this.#isScores) throw new RequestError("wants a network with one output, a score for each class", LABELS);
    const classes = this.#answers.get(this.#names[0]!)![0]!.length;
    for (let i = 0; i < samples.count; i++) {
      const label = samples.label?.(i);
      if (label === undefined) throw new RequestError("the pictures have no labels; answers needs none", LABELS);
      if (label < 0 || label >= classes)
        throw new RequestError(`picture ${i} is of class ${label}, the network has ${classes}`, LABELS);
    }
  }
}

const LABELS = "--loss labels";

function finite(values: Float32Array, picture: number): Float32Array {
  if (values.every(Number.isFinite)) return values;
  throw new DataError(`the answer is not finite; look for NaN in the picture or in the weights`, `picture ${picture}`);
}

const isVector = (shape: readonly number[]) => shape.filter((size) => size > 1).length <= 1;

function energyOf(list: readonly Float32Array[]): number {
  const means = new Float64Array(list[0]!.length);
  let squares = 0;
  for (const values of list) {
    values.forEach((v, i) => {
      means[i]! += v / list.length;
      squares += (v * v) / list.length;
    });
  }
  const energy = squares - means.reduce((sum, mean) => sum + mean * mean, 0);
  return Math.max(energy, 1e-12 * squares) || 1;
}

function crossEntropySlopes(scores: Float32Array, label: number): Float64Array {
  const slopes = logSoftmax(scores).map(Math.exp);
  slopes[label]! -= 1;
  return slopes;
}
