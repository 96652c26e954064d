/** How much a network's answers change when one layer has another filter. */
import type { Graph, Tensor } from "../../graph/graph.js";
import { isOp } from "../../ops/index.js";
import { SampleStream, segmentOf } from "../moments/stream.js";
import { withWeights } from "../moments/weights.js";
import type { Prepared, Runner } from "../runner.js";
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
  readonly #stream: SampleStream;
  readonly #runner: Runner;
  readonly #layers: readonly string[];
  #next = 0;

  /** `layers` are those that will be asked for, in running order. */
  constructor(graph: Graph, layers: readonly string[], samples: Samples, runner: Runner) {
    this.#graph = { ...graph, outputs: graph.outputs.map((name) => logitOf(graph, name)) };
    this.#stream = new SampleStream(this.#graph, samples, runner);
    this.#runner = runner;
    this.#layers = layers;
  }

  /**
   * For each of the weights in place of the next layer's: the mean over samples and outputs of |change|^2 / |answer about its
   * mean|^2 of the dense network.
   */
  async next(variants: readonly Weights[]): Promise<number[]> {
    const layer = this.#layers[this.#next++]!;
    const inputs = liveBefore(this.#graph, layer);
    const outputs = outputsBehind(this.#graph, layer);
    const later = [...new Set(this.#layers.slice(this.#next).flatMap((name) => liveBefore(this.#graph, name)))];
    const graphs = [this.#graph, ...variants.map(({ filter, bias }) => withWeights(this.#graph, layer, filter, bias))];
    const sessions: Prepared[] = [];
    try {
      for (const graph of graphs) {
        sessions.push(await this.#runner.prepare(segmentOf(graph, outputs, new Set(inputs))));
      }
      const errors = new Errors(outputs, variants.length);
      await this.#stream.stop(inputs, later, (value) => {
        const given = Object.fromEntries(inputs.map((name) => [name, value(name)]));
        const [dense, ...changed] = sessions.map((session) => session.run(given));
        errors.add(dense!, changed);
      });
      return errors.read();
    } finally {
      sessions.forEach((session) => session.dispose());
    }
  }
}

/** Sums of squares of changes, and of the dense answers about their means. */
class Errors {
  readonly #outputs: readonly string[];
  readonly #changes: readonly Float64Array[];
  readonly #means = new Map<string, Float64Array>();
  readonly #squares = new Map<string, number>();
  #count = 0;

  constructor(outputs: readonly string[], variants: number) {
    this.#outputs = outputs;
    this.#changes = Array.from({ length: variants }, () => new Float64Array(outputs.length));
  }

  add(dense: Readonly<Record<string, Float32Array>>, changed: readonly Readonly<Record<string, Float32Array>>[]): void {
    this.#count++;
    this.#outputs.forEach((name, o) => {
      const answer = dense[name]!;
      this.#addAnswer(name, answer);
      changed.forEach((values, v) => {
        const other = values[name]!;
        let change = 0;
        for (let i = 0; i < answer.length; i++) change += (other[i]! - answer[i]!) ** 2;
        this.#changes[v]![o]! += change;
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
    const energies = this.#outputs.map((name) => {
      const ofMean = this.#means.get(name)!.reduce((sum, v) => sum + v * v, 0) / this.#count;
      const all = this.#squares.get(name)!;
      return Math.max(all - ofMean, 1e-12 * all) || 1;
    });
    return this.#changes.map((sums) => sums.reduce((sum, v, o) => sum + v / energies[o]!, 0) / this.#outputs.length);
  }
}

/** What a softmax makes an output of; the output itself where there is none. */
function logitOf(graph: Graph, output: string): string {
  const node = graph.nodes.find(({ outputs }) => outputs.includes(output));
  return isOp(node, "softmax") || isOp(node, "log-softmax") ? node.inputs[0]! : output;
}

/** The values that the nodes from this one on read of those before it, and outputs that are there already. */
function liveBefore(graph: Graph, layer: string): string[] {
  const at = graph.nodes.findIndex(({ name }) => name === layer);
  const made = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.slice(0, at).flatMap(({ outputs }) => outputs),
  ]);
  return [...new Set(graph.nodes.slice(at).flatMap(({ inputs }) => inputs))].filter((name) => made.has(name));
}

/** The outputs that a change of this node may reach: those that it or a node behind it computes. */
function outputsBehind(graph: Graph, layer: string): string[] {
  const at = graph.nodes.findIndex(({ name }) => name === layer);
  const made = new Set(graph.nodes.slice(at).flatMap(({ outputs }) => outputs));
  return graph.outputs.filter((name) => made.has(name));
}
