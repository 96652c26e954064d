/**
 * Label-free recovery by least squares: the layers of a pruned network that lost something are fitted again, front to back, to
 * what the dense network computes on a few pictures.
 *
 * He, Zhang, Sun 2017, Channel Pruning for Accelerating Very Deep Neural Networks, section 3.1 (ii) and 3.3: inputs come from
 * the network as pruned and fitted so far, targets from the dense one; the last layer of a residual branch makes up for what its
 * shortcut lost. Here the second moments of sampled positions stand for the pictures, and a ridge keeps the weights near those
 * of before where the samples say little.
 */
import type { Graph } from "../../graph/graph.js";
import { fittableLayers, type PrunedGraph, TwinWalk, type WalkOptions } from "../moments/walk.js";
import { withWeights } from "../moments/weights.js";
import type { Samples } from "../segments.js";
import { affectedLayers } from "./affected.js";
import { fitLayer, unexplained } from "./fit-layer.js";

export interface LeastSquaresOptions extends WalkOptions {
  /** Added to the diagonal of the inputs' products, as a share of its mean. */
  readonly ridge?: number | undefined;
}

export interface LayerFit {
  readonly name: string;
  /** Share of the target's energy about its mean that is left unexplained: with the weights of before, and with the fitted ones. */
  readonly before: number;
  readonly after: number;
}

export interface LeastSquaresResult {
  readonly graph: Graph;
  readonly kind: "least-squares";
  readonly layers: readonly LayerFit[];
  /** Bytes of values of samples that were kept at once, at most. */
  readonly peakBytes: number;
  /** What was in the way, and what was done about it. */
  readonly notes: readonly string[];
}

const RIDGE = 1e-3;

/** Numbers that an output is computed from, beyond which a layer is left alone: its products would take 0.3 GB, its solution a minute. */
const WIDEST = 4608;

/** Fits what cuts and edits changed. `dense` is the network before it. Throws a `DataError` for samples that are not finite. */
export async function recoverLeastSquares(
  dense: Graph,
  cut: PrunedGraph,
  samples: Samples,
  options: LeastSquaresOptions,
): Promise<LeastSquaresResult> {
  const { layers: affected, notes } = affectedLayers(dense, cut.graph);
  const chosen = affected.filter(({ width }) => width <= WIDEST);
  const walk = new TwinWalk(
    dense,
    cut,
    chosen.map(({ name }) => name),
    samples,
    options,
  );
  const layers: LayerFit[] = [];
  const trouble: string[] = [];
  for (let i = 0; i < chosen.length; i++) {
    const { layer, moments } = await walk.next();
    const fitted = fitLayer(layer, moments, options.ridge ?? RIDGE);
    walk.graph = withWeights(walk.graph, layer.name, fitted.filter, fitted.bias);
    const [before, after] = [layer.filter, fitted.filter].map((filter) => unexplained(layer, moments, filter));
    layers.push({ name: layer.name, before: before!, after: after! });
    trouble.push(...fitted.notes);
  }
  const tooWide = affected
    .filter(({ width }) => width > WIDEST)
    .map(({ name, width }) => `${name}: ${width} numbers an output are too many to fit; left as it is`);
  return {
    graph: walk.graph,
    kind: "least-squares",
    layers,
    peakBytes: walk.peakBytes,
    notes: [...notes, ...tooWide, ...trouble],
  };
}

/** The graph with a bias of zeros at each layer that can be fitted and has none, neither here nor in `folded`, the same graph with batch norms folded. */
export function withBiases(graph: Graph, folded: Graph): Graph {
  return fittableLayers(graph, folded)
    .filter(({ bias }) => bias === undefined)
    .reduce((current, { name, groups, outputs }) => {
      const node = current.nodes.find((other) => other.name === name)!;
      const bias = { shape: [groups * outputs], data: new Float32Array(groups * outputs) };
      return withWeights(current, name, current.constants.get(node.inputs[1]!)!, bias);
    }, graph);
}
