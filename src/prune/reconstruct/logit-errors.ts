/** How much a network's answers change when one layer has another filter. */
import type { Graph, Tensor } from "../../graph/graph.js";
import { logitsOf, squaredDistance } from "../logits.js";
import { VariantWalk } from "../moments/variants.js";
import { withWeights } from "../moments/weights.js";
import type { Runner } from "../runner.js";
import type { Samples } from "../segments.js";

export interface Weights {
  readonly filter: Tensor;
  readonly bias: Tensor;
}

/**
 * Walks through a network, layer by layer, and runs what is behind a layer with other weights in it. Answers are the outputs, or
 * what a softmax makes them of (logits); no label is needed.
 */
export class LogitErrors {
  readonly #graph: Graph;
  readonly #walk: VariantWalk;
  readonly #layers: readonly string[];
  #next = 0;

  /** `layers` are those that will be asked for, in running order. */
  constructor(graph: Graph, layers: readonly string[], samples: Samples, runner: Runner) {
    this.#graph = { ...graph, outputs: logitsOf(graph) };
    this.#walk = new VariantWalk(this.#graph, layers, samples, runner);
    this.#layers = layers;
  }

  /**
   * For each of the weights in place of the next layer's: the mean over samples and outputs of |change|^2 / |answer about its
   * mean|^2 of the dense network.
   */
  async next(variants: readonly Weights[]): Promise<number[]> {
    const layer = this.#layers[this.#next++]!;
    const graphs = variants.map(({ filter, bias }) => withWeights(this.#graph, layer, filter, bias));
    const errors = new Errors(variants.length);
    await this.#walk.next([this.#graph, ...graphs], ([dense, ...changed]) => errors.add(dense!, changed));
    return errors.read();
  }
}

/** Sums of squares of changes, and of the dense answers about their means. */
class Errors {
  readonly #changes: readonly Map<string, number>[];
  readonly #means = new Map<string, Float64Array>();
  readonly #squares = new Map<string, number>();
  #count = 0;

  constructor(variants: number) {
    this.#changes = Array.from({ length: variants }, () => new Map());
  }

  add(dense: Readonly<Record<string, Float32Array>>, changed: readonly Readonly<Record<string, Float32Array>>[]): void {
    this.#count++;
    Object.entries(dense).forEach(([name, answer]) => {
      this.#addAnswer(name, answer);
      changed.forEach((values, v) => {
        const change = squaredDistance(answer, values[name]!);
        this.#changes[v]!.set(name, (this.#changes[v]!.get(name) ?? 0) + change);
      });
    });
  }

  #addAnswer(name: string, answer: Float32Array): void {
    const mean = this.#means.get(name) ?? new Float64Array(answer.length);
    let square = 0;
    for (let i = 0; i < answer.length; i++) {
      mean[i]! += answer[i]!;
      square += answer[i]! ** 2;
    }
    this.#means.set(name, mean);
    this.#squares.set(name, (this.#squares.get(name) ?? 0) + square);
  }

  read(): number[] {
    const energies = [...this.#means].map(([name, sums]) => {
      const ofMean = sums.reduce((sum, v) => sum + v * v, 0) / this.#count;
      const all = this.#squares.get(name)!;
      return [name, Math.max(all - ofMean, 1e-12 * all) || 1] as const;
    });
    return this.#changes.map(
      (changes) => energies.reduce((sum, [name, energy]) => sum + changes.get(name)! / energy, 0) / energies.length,
    );
  }
}
