/** Networks that differ from one another from some layer on: what is in front of it runs once for all of them. */
import type { Graph } from "../../graph/graph.js";
import type { Prepared, Runner } from "../runner.js";
import type { Part } from "./parts.js";
import { SampleStream, segmentOf } from "./stream.js";

/** The outputs of each variant, by name. */
export type VariantOutputs = readonly Readonly<Record<string, Float32Array>>[];

/** Sees what the variants make of one sample. */
export type VariantVisitor = (outputs: VariantOutputs, sample: number) => void;

/** A walk through a network on a part of the samples: see `VariantWalk`. */
export class PartVariants {
  readonly #graph: Graph;
  readonly #stream: SampleStream;
  readonly #runner: Runner;
  readonly #layers: readonly string[];
  #next = 0;

  /** `layers` are those that will be asked for, in running order; one may be there several times. */
  constructor(graph: Graph, layers: readonly string[], samples: Part, runner: Runner) {
    this.#graph = graph;
    this.#stream = new SampleStream(graph, samples, runner);
    this.#runner = runner;
    this.#layers = layers;
  }

  /** Runs variants of the network that are like it in front of the next layer. Shows the outputs that this layer has a part in, or those behind it. */
  async next(variants: readonly Graph[], visit: VariantVisitor): Promise<void> {
    const layer = this.#layers[this.#next++]!;
    const inputs = liveBefore(this.#graph, layer);
    const outputs = outputsBehind(this.#graph, layer);
    const later = [...new Set(this.#layers.slice(this.#next).flatMap((name) => liveBefore(this.#graph, name)))];
    const sessions: Prepared[] = [];
    try {
      for (const variant of variants) {
        sessions.push(await this.#runner.prepare(segmentOf(variant, outputs, new Set(inputs))));
      }
      await this.#stream.stop(inputs, later, (value, sample) => {
        const given = Object.fromEntries(inputs.map((name) => [name, value(name)]));
        visit(
          sessions.map((session) => session.run(given)),
          sample,
        );
      });
    } finally {
      sessions.forEach((session) => session.dispose());
    }
  }
}

/** The values that the nodes from this one on read of those before it. */
function liveBefore(graph: Graph, layer: string): string[] {
  const at = graph.nodes.findIndex(({ name }) => name === layer);
  const made = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.slice(0, at).flatMap(({ outputs }) => outputs),
  ]);
  return [...new Set(graph.nodes.slice(at).flatMap(({ inputs }) => inputs))].filter((name) => made.has(name));
}

/** The outputs that this node or a node behind it computes. */
function outputsBehind(graph: Graph, layer: string): string[] {
  const at = graph.nodes.findIndex(({ name }) => name === layer);
  const made = new Set(graph.nodes.slice(at).flatMap(({ outputs }) => outputs));
  return graph.outputs.filter((name) => made.has(name));
}
