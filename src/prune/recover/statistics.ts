/**
 * Label-free recovery by statistics: batch-norm statistics re-estimated on pictures, or, where batch norm is folded away, the
 * equivalent correction: each channel's mean and deviation in front of its activation are matched to the dense network's.
 *
 * The network runs in segments between the places that are corrected, a batch of pictures at a time. Each place is corrected
 * with the batch's own statistics before the next segment runs on it; what is stored is their mean over the batches.
 */
import { DataError, ModelError } from "../../errors.js";
import { allNames, freshName } from "../../graph/edit.js";
import { type Graph, type Node, sizeOf, type Tensor } from "../../graph/graph.js";
import { emptySums, type Moments } from "../../linalg/moments.js";
import { filterChannels, type FilterLayer, isFilterLayer, scaleFilter } from "../../ops/filter-layer.js";
import { isOp } from "../../ops/index.js";
import { inferShapes } from "../../ops/walk.js";
import type { Applied } from "../apply.js";
import { mapChannels } from "../atoms.js";
import type { Runner } from "../runner.js";
import { type Place, type Samples, SegmentedNetwork, type Visitor } from "../segments.js";

export interface RecoverOptions {
  readonly runner: Runner;
  readonly moments: Moments;
  /** Samples seen, of all that will be. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Mean and variance of each channel. */
interface Statistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export interface Recovered {
  readonly graph: Graph;
  /** What was corrected: batch norms, or the weights in front of activations. */
  readonly kind: "batch-norm" | "affine";
  readonly places: number;
}

/** Channels with less variance than this are constant: their deviation is not matched. */
const CONSTANT = 1e-12;

/** Re-estimates the statistics of a cut network on unlabelled samples. `dense` is the network before the cut. */
export async function recoverStatistics(
  dense: Graph,
  cut: Applied,
  samples: Samples,
  options: RecoverOptions,
): Promise<Recovered> {
  if (samples.count < 2) {
    throw new DataError(`expected two pictures or more to estimate statistics on, got ${samples.count}`);
  }
  const norms = batchNorms(cut.graph);
  if (norms.length > 0) {
    return { graph: await reestimate(cut.graph, norms, samples, options), kind: "batch-norm", places: norms.length };
  }
  const names = new Set(dense.nodes.map(({ name }) => name));
  const layers = hiddenLayers(cut.graph).filter(({ name }) => names.has(name));
  if (layers.length === 0) {
    throw new ModelError("has neither batch norm nor hidden layers with weights to correct", cut.graph.name);
  }
  return { graph: await matchDense(dense, cut, layers, samples, options), kind: "affine", places: layers.length };
}

/** The graph with everything in place that the recovery may change: a bias at each layer that it would correct. */
export function withRoomForRecovery(graph: Graph): Graph {
  if (batchNorms(graph).length > 0) return graph;
  return hiddenLayers(graph)
    .filter((layer) => layer.inputs.length < 3)
    .reduce((current, layer) => {
      const channels = channelsOf(current, layer);
      return scaleLayer(current, layer, {
        scale: new Float64Array(channels).fill(1),
        shift: new Float64Array(channels),
      });
    }, graph);
}

const hasConstantWeights = (graph: Graph, node: Node) =>
  node.inputs.slice(1).every((name) => graph.constants.has(name));

/** Batch norms with constant parameters. */
function batchNorms(graph: Graph): Node[] {
  return graph.nodes.filter((node) => isOp(node, "batch-norm") && hasConstantWeights(graph, node));
}

/** Convolutions and dense layers whose channels are not answers of the network. Values must be planar: no channels behind pixels. */
function hiddenLayers(graph: Graph): FilterLayer[] {
  const channels = mapChannels(graph);
  const shapes = inferShapes(graph);
  return graph.nodes.filter((node): node is FilterLayer => {
    if (!isFilterLayer(node) || !hasConstantWeights(graph, node)) return false;
    if (isOp(node, "gemm") && sizeOf(shapes.get(node.outputs[0]!)!.slice(0, -1)) > 1) return false;
    const atoms = channels.atoms.get(node.outputs[0]!)!.find((list) => list !== null);
    return atoms?.every((atom) => channels.frozen(channels.rootOf(atom)) === undefined) ?? false;
  });
}

/** Batch norms with mean and variance as the samples have them, each behind the already corrected ones. */
async function reestimate(
  graph: Graph,
  norms: readonly Node[],
  samples: Samples,
  options: RecoverOptions,
): Promise<Graph> {
  const places = norms.map((node): Place => ({ node, replaces: true }));
  const network = await SegmentedNetwork.prepare(graph, places, options.runner);
  const means = new StatisticsMeans();
  await runBatches(network, samples, options, 0, samples.count, ({ node }, values) => {
    const statistics = measure(values, channelsOf(graph, node), options.moments);
    means.add(node.name, statistics, values.length);
    const { scale, shift } = normalise(graph, node, statistics);
    values.forEach((value) => options.moments.scale(value, scale, shift));
  });
  network.dispose();
  const constants = new Map(graph.constants);
  const taken = allNames(graph);
  const nodes = graph.nodes.map((node) => {
    if (!norms.includes(node)) return node;
    const { mean, variance } = means.get(node.name);
    const added = { mean, variance };
    const names = Object.entries(added).map(([part, data]) => {
      const name = freshName(`${node.name}.${part}`, taken);
      constants.set(name, { shape: [data.length], data: Float32Array.from(data) });
      return name;
    });
    return { ...node, inputs: [...node.inputs.slice(0, 3), ...names] };
  });
  return withoutUnusedConstants({ ...graph, nodes, constants });
}

/** How many channels a layer with filters has, or a batch norm. */
function channelsOf(graph: Graph, node: Node): number {
  const parameter = graph.constants.get(node.inputs[1]!)!;
  return isFilterLayer(node) ? filterChannels(node, parameter) : parameter.shape[0]!;
}

/** The affine map of a batch norm with these statistics in place of its own. */
function normalise(graph: Graph, node: Node, { mean, variance }: Statistics) {
  const { epsilon } = node.attrs as { readonly epsilon: number };
  const [gamma, beta] = node.inputs.slice(1, 3).map((name) => graph.constants.get(name)!.data);
  const scale = mean.map((_, c) => gamma![c]! / Math.sqrt(variance[c]! + epsilon));
  return { scale, shift: mean.map((m, c) => beta![c]! - m * scale[c]!) };
}

/** Layers whose channels have the mean and deviation that they have in the dense network on the same samples. */
async function matchDense(
  dense: Graph,
  cut: Applied,
  layers: readonly FilterLayer[],
  samples: Samples,
  options: RecoverOptions,
): Promise<Graph> {
  const total = 2 * samples.count;
  const targets = new StatisticsMeans();
  const denseNodes = layers.map((layer) => dense.nodes.find(({ name }) => name === layer.name)!);
  const denseNetwork = await SegmentedNetwork.prepare(
    dense,
    denseNodes.map((node) => ({ node, replaces: false })),
    options.runner,
  );
  await runBatches(denseNetwork, samples, options, 0, total, ({ node }, values) => {
    targets.add(node.name, measure(values, channelsOf(dense, node), options.moments), values.length);
  });
  denseNetwork.dispose();
  const sources = new StatisticsMeans();
  const network = await SegmentedNetwork.prepare(
    cut.graph,
    layers.map((node) => ({ node, replaces: false })),
    options.runner,
  );
  await runBatches(network, samples, options, samples.count, total, ({ node }, values) => {
    const statistics = measure(values, channelsOf(cut.graph, node), options.moments);
    sources.add(node.name, statistics, values.length);
    const { scale, shift } = towards(statistics, keptStatistics(targets.get(node.name), cut, node));
    values.forEach((value) => options.moments.scale(value, scale, shift));
  });
  network.dispose();
  return layers.reduce((graph, layer) => {
    const node = graph.nodes.find(({ name }) => name === layer.name) as FilterLayer;
    return scaleLayer(
      graph,
      node,
      towards(sources.get(layer.name), keptStatistics(targets.get(layer.name), cut, layer)),
    );
  }, cut.graph);
}

/** The dense statistics of the channels that are left. */
function keptStatistics({ mean, variance }: Statistics, cut: Applied, node: Node): Statistics {
  const mask = cut.kept.get(node.outputs[0]!)!.find((axis) => axis !== null);
  const left = (numbers: Float64Array) => (mask ? numbers.filter((_, c) => mask[c]) : numbers);
  return { mean: left(mean), variance: left(variance) };
}

/** The affine map that gives `from` the mean and deviation of `to`. */
function towards(from: Statistics, to: Statistics) {
  const scale = from.variance.map((v, c) => (v < CONSTANT ? 1 : Math.sqrt(to.variance[c]! / v)));
  return { scale, shift: to.mean.map((m, c) => m - from.mean[c]! * scale[c]!) };
}

function scaleLayer(
  graph: Graph,
  node: FilterLayer,
  { scale, shift }: { scale: Float64Array; shift: Float64Array },
): Graph {
  const filter = graph.constants.get(node.inputs[1]!)!;
  const bias = graph.constants.get(node.inputs[2] ?? "");
  const taken = allNames(graph);
  const names = ["filter", "bias"].map((part) => freshName(`${node.name}.${part}`, taken));
  const scaled: Tensor[] = [
    scaleFilter(node, filter, scale),
    { shape: [scale.length], data: Float32Array.from(scale, (s, c) => (bias ? bias.data[c]! * s : 0) + shift[c]!) },
  ];
  const constants = new Map(graph.constants);
  names.forEach((name, i) => constants.set(name, scaled[i]!));
  const nodes = graph.nodes.map((other) => (other === node ? { ...node, inputs: [node.inputs[0]!, ...names] } : other));
  return withoutUnusedConstants({ ...graph, nodes, constants });
}

function withoutUnusedConstants(graph: Graph): Graph {
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  return { ...graph, constants: new Map([...graph.constants].filter(([name]) => read.has(name))) };
}

/** Statistics of each place, averaged over batches by their number of samples. */
class StatisticsMeans {
  readonly #sums = new Map<string, { mean: Float64Array; variance: Float64Array; weight: number }>();

  add(place: string, { mean, variance }: Statistics, weight: number): void {
    const sums = this.#sums.get(place) ?? { mean: mean.map(() => 0), variance: mean.map(() => 0), weight: 0 };
    this.#sums.set(place, sums);
    mean.forEach((m, c) => (sums.mean[c]! += m * weight));
    variance.forEach((v, c) => (sums.variance[c]! += v * weight));
    sums.weight += weight;
  }

  get(place: string): Statistics {
    const { mean, variance, weight } = this.#sums.get(place)!;
    return { mean: mean.map((m) => m / weight), variance: variance.map((v) => v / weight) };
  }
}

/** Mean and variance of each channel over a batch. Throws a `DataError` where they are not finite. */
function measure(values: readonly Float32Array[], channels: number, moments: Moments): Statistics {
  const sums = emptySums(channels);
  values.forEach((value) => moments.add(value, sums));
  const mean = sums.sums.subarray(0, channels).map((sum) => sum / sums.count);
  const variance = sums.sums.subarray(channels).map((square, c) => Math.max(0, square / sums.count - mean[c]! ** 2));
  if (mean.some(Number.isNaN) || variance.some(Number.isNaN)) {
    throw new DataError("the samples lead to numbers that are not finite; look for NaN in the pictures or the weights");
  }
  return { mean, variance };
}

/** Batches of equal size, so that none is too small for statistics of its own. */
async function runBatches(
  network: SegmentedNetwork,
  samples: Samples,
  { onProgress }: RecoverOptions,
  done: number,
  total: number,
  visit: Visitor,
): Promise<void> {
  const batches = Math.ceil(samples.count / network.batchSize);
  for (let batch = 0; batch < batches; batch++) {
    const [first, end] = [batch, batch + 1].map((i) => Math.floor((i * samples.count) / batches)) as [number, number];
    network.run(
      Array.from({ length: end - first }, (_, i) => samples.get(first + i)),
      visit,
    );
    onProgress?.(done + end, total);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
