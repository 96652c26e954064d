/** A pruned network beside the dense one, on some samples, from one layer to the next. */
import { ModelError } from "../../errors.js";
import type { Graph, Node } from "../../graph/graph.js";
import type { Moments } from "../../linalg/moments.js";
import type { Centred } from "../../linalg/second-moments.js";
import type { Kept } from "../../ops/op.js";
import type { Runner } from "../runner.js";
import { LayerMoments } from "./collect.js";
import { type FittedLayer, fittedLayer } from "./fitted-layer.js";
import type { Part } from "./parts.js";
import { positionsOf } from "./positions.js";
import { SampleStream } from "./stream.js";
import { type Target, Targets } from "./target.js";

/** Output positions of a sample and layer that are looked at unless another number is given. */
export const POSITIONS = 32;

/** What may be said about how a walk looks at samples. */
export interface LookOptions {
  /** Output positions of each sample and layer; all where there are fewer. */
  readonly positions?: number | undefined;
  /** Bytes of values in between that may be kept for each of the two networks. */
  readonly keptBytes?: number | undefined;
}

export interface WalkOptions extends LookOptions {
  readonly runner: Runner;
  readonly moments: Moments;
  /** Samples seen, of all that will be. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A pruned graph, and for each of its values which channels of the dense graph's it has. */
export interface PrunedGraph {
  readonly graph: Graph;
  readonly kept: ReadonlyMap<string, Kept>;
}

interface Stop {
  readonly layer: string;
  readonly input: string;
  readonly target: Target;
}

export interface LayerAtStop {
  readonly layer: FittedLayer;
  /** Of rows [inputs in the pruned network, outputs in the dense one], for each group of channels. */
  readonly moments: readonly Centred[];
}

export class PartWalk {
  readonly #dense: SampleStream;
  readonly #pruned: SampleStream;
  readonly #kept: ReadonlyMap<string, Kept>;
  readonly #stops: readonly Stop[];
  readonly #samples: Part;
  readonly #options: WalkOptions;
  #next = 0;

  /** `layers` are the names of those to stop at, in running order; what was found there may change their weights. */
  constructor(dense: Graph, pruned: PrunedGraph, layers: readonly string[], samples: Part, options: WalkOptions) {
    const { runner, keptBytes } = options;
    this.#dense = new SampleStream(dense, samples, runner, keptBytes);
    this.#pruned = new SampleStream(pruned.graph, samples, runner, keptBytes);
    this.#kept = pruned.kept;
    const targets = new Targets(dense, pruned.graph);
    this.#stops = layers.map((layer, i) => stopAt(pruned.graph, layer, targets, new Set(layers.slice(i))));
    this.#samples = samples;
    this.#options = options;
  }

  /** The pruned network. Weights of the layer that was stopped at last, and of those behind it, may be exchanged. */
  get graph(): Graph {
    return this.#pruned.graph;
  }

  set graph(graph: Graph) {
    this.#pruned.graph = graph;
  }

  /** Bytes of values of samples that were kept at once, at most. */
  get peakBytes(): number {
    return this.#dense.peakBytes + this.#pruned.peakBytes;
  }

  /** Runs all samples up to the next layer. Throws a `DataError` where they lead to numbers that are not finite. */
  async next(): Promise<LayerAtStop> {
    const stop = this.#stops[this.#next]!;
    const layer = fittedLayer(this.graph, nodeOf(this.graph, stop.layer))!;
    const targets = await this.#denseTargets(stop, layer);
    const moments = await this.#momentsOf(stop, layer, targets);
    this.#next++;
    return { layer, moments };
  }

  /** What the dense network has in the layer's place at the drawn positions: [positions][channels that are left] a sample. */
  async #denseTargets({ target: { dense } }: Stop, layer: FittedLayer): Promise<Float32Array[]> {
    const channels = layer.groups * layer.outputs;
    const mask = this.#kept.get(layer.node.outputs[0]!)?.find((axis) => axis !== null);
    const width = mask?.length ?? channels;
    const left = [...Array(width).keys()].filter((c) => !mask || mask[c]);
    const targets: Float32Array[] = [];
    const later = this.#later(({ target }) => [target.dense]);
    await this.#dense.stop([dense], later, (value, sample) => {
      const y = value(dense);
      const positions = this.#positions(layer, sample);
      const rows = new Float32Array(positions.length * channels);
      positions.forEach((position, p) =>
        left.forEach((c, k) => (rows[p * channels + k] = y[layer.outputAt(c, position, width)]!)),
      );
      targets.push(rows);
      this.#progress(2 * this.#next, sample);
    });
    return targets;
  }

  async #momentsOf(
    { input, target: { beside } }: Stop,
    layer: FittedLayer,
    targets: readonly Float32Array[],
  ): Promise<Centred[]> {
    const channels = layer.groups * layer.outputs;
    const collected = new LayerMoments(layer, this.#options.moments);
    const wanted = [input, ...(beside === undefined ? [] : [beside])];
    const later = this.#later(({ input: other, target }) => [other, ...(target.beside ? [target.beside] : [])]);
    await this.#pruned.stop(wanted, later, (value, sample) => {
      const positions = this.#positions(layer, sample);
      const rows = targets[sample]!;
      if (beside !== undefined) {
        const there = value(beside);
        positions.forEach((position, p) => {
          for (let c = 0; c < channels; c++) rows[p * channels + c]! -= there[layer.outputAt(c, position, channels)]!;
        });
      }
      collected.add(value(input), positions, rows);
      this.#progress(2 * this.#next + 1, sample);
    });
    return collected.read();
  }

  #later(values: (stop: Stop) => readonly string[]): string[] {
    return [...new Set(this.#stops.slice(this.#next + 1).flatMap(values))];
  }

  #positions(layer: FittedLayer, sample: number): Int32Array {
    return positionsOf(layer, this.#samples.first + sample, this.#options.positions ?? POSITIONS);
  }

  #progress(runs: number, sample: number): void {
    const { count } = this.#samples;
    this.#options.onProgress?.(runs * count + sample + 1, 2 * this.#stops.length * count);
  }
}

function stopAt(pruned: Graph, layer: string, targets: Targets, pending: ReadonlySet<string>): Stop {
  const node = nodeOf(pruned, layer);
  return { layer, input: node.inputs[0]!, target: targets.of(node, pending) };
}

function nodeOf(graph: Graph, name: string): Node {
  const node = graph.nodes.find((other) => other.name === name);
  if (!node) throw new ModelError(`expected a layer "${name}"`, graph.name);
  return node;
}
