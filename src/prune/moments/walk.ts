/** A pruned network beside the dense one, on the same samples, from one layer to the next. */
import type { Graph } from "../../graph/graph.js";
import { type Centred, joinMoments } from "../../linalg/second-moments.js";
import { inferShapes } from "../../ops/walk.js";
import type { Samples } from "../segments.js";
import { type FittedLayer, fittedLayer } from "./fitted-layer.js";
import { type LayerAtStop, PartWalk, type PrunedGraph, type WalkOptions } from "./part-walk.js";
import { divide, type Other } from "./parts.js";

export { POSITIONS, type LayerAtStop, type PrunedGraph, type WalkOptions } from "./part-walk.js";

export class TwinWalk {
  readonly #own: PartWalk;
  readonly #open: (() => Promise<number>) | undefined;
  readonly #other: Other | undefined;
  #walk: number | undefined;
  /** The network, where the other thread does not have it yet. */
  #exchanged: Graph | undefined;
  #othersBytes = 0;

  /** `layers` are the names of those to stop at, in running order; what was found there may change their weights. */
  constructor(dense: Graph, pruned: PrunedGraph, layers: readonly string[], samples: Samples, options: WalkOptions) {
    const { own, other } = divide(samples, options.runner.helper);
    const { positions, keptBytes } = options;
    this.#own = new PartWalk(dense, pruned, layers, own, options);
    this.#other = other;
    this.#open = other && (() => other.helper.openWalk(dense, pruned, layers, other.part, { positions, keptBytes }));
  }

  /** The pruned network. Weights of the layer that was stopped at last, and of those behind it, may be exchanged. */
  get graph(): Graph {
    return this.#own.graph;
  }

  set graph(graph: Graph) {
    this.#own.graph = graph;
    this.#exchanged = graph;
  }

  /** Bytes of values of samples that were kept at once, at most. */
  get peakBytes(): number {
    return this.#own.peakBytes + this.#othersBytes;
  }

  /** Runs all samples up to the next layer. Throws a `DataError` where they lead to numbers that are not finite. */
  async next(): Promise<LayerAtStop> {
    const [{ layer, moments }, others] = await Promise.all([this.#own.next(), this.#othersNext()]);
    return { layer, moments: others ? moments.map((group, g) => joinMoments(group, others[g]!)) : moments };
  }

  async #othersNext(): Promise<readonly Centred[] | undefined> {
    if (!this.#other) return undefined;
    this.#walk ??= await this.#open!();
    const exchanged = this.#exchanged;
    this.#exchanged = undefined;
    const { moments, peakBytes } = await this.#other.helper.nextOfWalk(this.#walk, exchanged);
    this.#othersBytes = peakBytes;
    return moments;
  }
}

/** The layers of a pruned network that can be fitted to the dense one's, in running order. */
export function fittableLayers(dense: Graph, pruned: Graph): FittedLayer[] {
  const shapes = inferShapes(pruned);
  const names = new Map(dense.nodes.map((node) => [node.name, node]));
  return pruned.nodes.flatMap((node) => {
    const same = names.get(node.name);
    const layer = same?.op === node.op ? fittedLayer(pruned, node, shapes) : undefined;
    return layer ? [layer] : [];
  });
}
