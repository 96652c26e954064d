/**
 * What is lost with residual blocks, each by itself: the block is taken out, and the layers around the gap are fitted again on a few
 * samples, so that what is seen is what no recovery makes good.
 */
import type { Graph } from "../../graph/graph.js";
import { type Block, withoutBranch } from "../blocks.js";
import { fitLayer, residual } from "../recover/fit-layer.js";
import type { Samples } from "../segments.js";
import { affectedLayers } from "../recover/affected.js";
import { SELECTION_RIDGE } from "./curves.js";
import type { FittedLayer } from "./fitted-layer.js";
import { Targets } from "./target.js";
import { TwinWalk, type WalkOptions } from "./walk.js";
import { withWeights } from "./weights.js";

export interface BlockLoss {
  /** What an output position of the last layer that was fitted misses, as a sum of squares over outputs. */
  readonly error: number;
  /** The network without the block, fitted. */
  readonly graph: Graph;
}

/** Layers that are fitted at most. */
const MOST_LAYERS = 6;

export async function lossWithout(
  graph: Graph,
  { name, branch }: Block,
  samples: Samples,
  options: WalkOptions,
): Promise<BlockLoss> {
  const pruned = withoutBranch(graph, name, branch);
  const layers = aroundGap(graph, pruned).map((layer) => layer.name);
  const walk = new TwinWalk(graph, { graph: pruned, kept: new Map() }, layers, samples, options);
  let error = 0;
  for (const _ of layers) {
    const { layer, moments } = await walk.next();
    const { filter, bias } = fitLayer(layer, moments, SELECTION_RIDGE);
    error = residual(layer, moments, filter) / Math.max(1, moments[0]!.count);
    walk.graph = withWeights(walk.graph, layer.name, filter, bias);
  }
  return { error, graph: walk.graph };
}

/** Layers that stand in for the block, and those behind it up to the first that makes up for what the shortcut lost. */
function aroundGap(dense: Graph, pruned: Graph): FittedLayer[] {
  const targets = new Targets(dense, pruned);
  const { layers } = affectedLayers(dense, pruned);
  const pending = (from: number) => new Set(layers.slice(from).map(({ name }) => name));
  const closing = layers.findIndex(({ node }, i) => {
    return !targets.isMoved(node) && targets.of(node, pending(i)).beside !== undefined;
  });
  return layers.slice(0, Math.min(MOST_LAYERS, closing < 0 ? layers.length : closing + 1));
}
