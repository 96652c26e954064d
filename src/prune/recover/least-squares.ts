/**
 * Label-free recovery by least squares: the layers of a pruned network that lost something are fitted again, front to back, to
 * what the dense network computes on a few pictures.
 *
 * He, Zhang, Sun 2017, Channel Pruning for Accelerating Very Deep Neural Networks, section 3.1 (ii) and 3.3: inputs come from
 * the network as pruned and fitted so far, targets from the dense one; the last layer of a residual branch makes up for what its
 * shortcut lost. Here the second moments of sampled positions stand for the pictures, and a ridge keeps the weights near those
 * of before where the samples say little.
 */
import { countReaders } from "../../graph/edit.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import { fitRidge, type RidgeFit } from "../../linalg/ridge.js";
import type { Centred } from "../../linalg/second-moments.js";
import type { FittedLayer } from "../moments/fitted-layer.js";
import { fittableLayers, type PrunedGraph, TwinWalk, type WalkOptions } from "../moments/walk.js";
import { withWeights } from "../moments/weights.js";
import type { Samples } from "../segments.js";

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

/** Fits what a cut changed. `dense` is the network before it. Throws a `DataError` for samples that are not finite. */
export async function recoverLeastSquares(
  dense: Graph,
  cut: PrunedGraph,
  samples: Samples,
  options: LeastSquaresOptions,
): Promise<LeastSquaresResult> {
  const changed = affectedLayers(dense, cut.graph);
  const [chosen, tooWide] = [
    changed.filter(({ width }) => width <= WIDEST),
    changed.filter(({ width }) => width > WIDEST),
  ];
  const walk = new TwinWalk(
    dense,
    cut,
    chosen.map(({ name }) => name),
    samples,
    options,
  );
  const layers: LayerFit[] = [];
  const notes = tooWide.map(
    ({ name, width }) => `${name}: ${width} numbers an output are too many to fit; left as it is`,
  );
  for (let i = 0; i < chosen.length; i++) {
    const { layer, moments } = await walk.next();
    const fitted = fitLayer(layer, moments, options.ridge ?? RIDGE);
    walk.graph = withWeights(walk.graph, layer.name, fitted.filter, fitted.bias);
    layers.push(fitted.fit);
    notes.push(...fitted.notes);
  }
  return { graph: walk.graph, kind: "least-squares", layers, peakBytes: walk.peakBytes, notes };
}

/** The layers with other weights than in the dense network, and those whose inputs come from them; filters that several layers share stay as they are. */
function affectedLayers(dense: Graph, pruned: Graph): FittedLayer[] {
  const readers = countReaders(pruned);
  const own = fittableLayers(dense, pruned).filter(({ node }) => readers.get(node.inputs[1]!) === 1);
  const layers = new Map(own.map((layer) => [layer.name, layer]));
  const affected = new Set<string>();
  return pruned.nodes.flatMap((node) => {
    const layer = layers.get(node.name);
    const isAffected = node.inputs.some((name) => affected.has(name)) || (layer && isChanged(dense, layer));
    if (isAffected) node.outputs.forEach((name) => affected.add(name));
    return isAffected && layer ? [layer] : [];
  });
}

function isChanged(dense: Graph, { name, filter }: FittedLayer): boolean {
  const before = dense.constants.get(dense.nodes.find((node) => node.name === name)!.inputs[1]!)!;
  return before.data.length !== filter.data.length || before.data.some((value, i) => value !== filter.data[i]);
}

export interface FittedWeights {
  readonly filter: Tensor;
  readonly bias: Tensor;
  readonly fit: LayerFit;
  readonly notes: readonly string[];
}

/** The weights with which a layer comes closest to its target. What is 0 in its filter stays 0. */
export function fitLayer(layer: FittedLayer, moments: readonly Centred[], ridge: number): FittedWeights {
  const { width, outputs, groups, filter } = layer;
  const fits = moments.map((group, g) => {
    const start = filter.data.subarray(g * outputs * width, (g + 1) * outputs * width);
    return fitRidge(group, width, start, ridge);
  });
  const data = new Float32Array(filter.data.length);
  const bias = new Float32Array(groups * outputs);
  fits.forEach((fit, g) => {
    data.set(fit.filter, g * outputs * width);
    bias.set(fit.bias, g * outputs);
  });
  const energy = sum(moments.map((group) => energyOf(group, width)));
  const share = (of: (fit: RidgeFit) => number) => (energy > 0 ? sum(fits.map(of)) / energy : 0);
  return {
    filter: { shape: filter.shape, data },
    bias: { shape: [bias.length], data: bias },
    fit: { name: layer.name, before: share((fit) => fit.residualBefore), after: share((fit) => fit.residual) },
    notes: notesOn(layer, moments, fits, ridge),
  };
}

function notesOn(layer: FittedLayer, moments: readonly Centred[], fits: readonly RidgeFit[], ridge: number): string[] {
  const used = Math.max(...fits.map((fit) => fit.ridge));
  if (used <= ridge) return [];
  const rows = moments[0]!.count;
  return [
    `${layer.name}: ${rows} positions for ${layer.width} weights an output are few; ridge ${used} instead of ${ridge}`,
  ];
}

/** Sum of squares of the outputs about their means. */
function energyOf({ products, width }: Centred, inputs: number): number {
  let energy = 0;
  for (let o = inputs; o < width; o++) energy += products[o * (width + 1)]!;
  return energy;
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

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
