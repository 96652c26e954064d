/**
 * How much a network's answers change when one pruning unit loses channels and all others stay: the layers that read the unit
 * are fitted again, so that what is seen is what no recovery makes good. No labels are needed.
 *
 * Li et al. 2017, Pruning Filters for Efficient ConvNets, section 3.2, prunes layer by layer; here it is units, because what a
 * residual add couples goes together.
 */
import type { Graph } from "../graph/graph.js";
import { type Outputs, outputsOf } from "./answers.js";
import { maskGraph } from "./apply.js";
import { divergence, logitsOf, squaredDistance } from "./logits.js";
import { withoutInputs } from "./moments/choose.js";
import { type Curve, SELECTION_RIDGE } from "./moments/curves.js";
import type { MeasuredLayer } from "./moments/dense-moments.js";
import { VariantWalk } from "./moments/variants.js";
import { withWeights } from "./moments/weights.js";
import { fitLayer } from "./recover/fit-layer.js";
import type { Runner } from "./runner.js";
import type { Samples } from "./segments.js";
import type { UnitMap } from "./units.js";

/** What the answers are like beside the dense network's. */
export interface AnswerChange {
  /** Mean over samples of the squared difference of all logits. */
  readonly logitError: number;
  /** Mean Kullback-Leibler divergence of the softmax of the logits from the dense one's. */
  readonly divergence: number;
  /** Share of samples whose label has the largest logit, of equal ones the first; undefined without labels. */
  readonly top1: number | undefined;
}

export interface Point extends AnswerChange {
  readonly kept: number;
}

export interface AnswersRequest {
  readonly samples: Samples;
  readonly label?: ((i: number) => number | undefined) | undefined;
  readonly runner: Runner;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** How many of a unit's channels a share of them is. */
export const channelsKept = (share: number, width: number): number => Math.max(1, Math.round(share * width));

/** For each unit its points, `kept` channels falling from one to the next; where a share is all of them there is none. */
export async function measureSensitivity(
  map: Pick<UnitMap, "graph" | "channels">,
  curves: readonly Curve[],
  shares: readonly number[],
  measured: ReadonlyMap<string, MeasuredLayer>,
  request: AnswersRequest,
): Promise<Point[][]> {
  const graph = { ...map.graph, outputs: logitsOf(map.graph) };
  const dense = await outputsOf(graph, request.samples, request.runner);
  const reference = dense.map((outputs) => joined(graph, outputs));
  const firsts = curves.map((curve) => firstChanged(graph, curve));
  const order = [...curves.keys()].sort((a, b) => firsts[a]! - firsts[b]!);
  const layers = order.map((c) => graph.nodes[firsts[c]!]!.name);
  const walk = new VariantWalk(graph, layers, request.samples, request.runner);
  const points: Point[][] = curves.map(() => []);
  for (const [done, c] of order.entries()) {
    const curve = curves[c]!;
    const { width } = curve.unit;
    const widths = new Set(shares.map((share) => channelsKept(share, width)).filter((kept) => kept < width));
    const falling = [...widths].sort((a, b) => b - a);
    const variants = falling.map((kept) => withoutChannels({ ...map, graph }, curve, width - kept, measured));
    const answers: Float32Array[][] = variants.map(() => []);
    await walk.next(variants, (outputs, sample) =>
      outputs.forEach((found, v) => answers[v]!.push(joined(graph, { ...dense[sample], ...found }))),
    );
    points[c] = falling.map((kept, v) => ({ kept, ...compareAnswers(reference, answers[v]!, request) }));
    request.onProgress?.(done + 1, curves.length);
  }
  return points;
}

/** The place of the first node that is another one when the unit loses channels. */
function firstChanged(graph: Graph, curve: Curve): number {
  if (readersOf(graph, curve) > curve.consumers.length) return 0;
  // A unit that nothing reads has no first one.
  const first = graph.nodes.findIndex(({ name }) => curve.consumers.some(({ layer }) => layer === name));
  return Math.max(0, first);
}

/** How the dense network's own answers are rated. */
export async function denseAnswers(graph: Graph, request: AnswersRequest): Promise<AnswerChange> {
  return (await compareNetworks(graph, [graph], request))[0]!;
}

/** How the answers of other networks with the same outputs are rated beside the dense network's. */
export async function compareNetworks(
  dense: Graph,
  others: readonly Graph[],
  request: AnswersRequest,
): Promise<AnswerChange[]> {
  const logits = logitsOf(dense);
  const answers = async (network: Graph) => {
    const graph = { ...network, outputs: logits };
    return (await outputsOf(graph, request.samples, request.runner)).map((outputs) => joined(graph, outputs));
  };
  const reference = await answers(dense);
  const changes: AnswerChange[] = [];
  for (const other of others) {
    changes.push(compareAnswers(reference, other === dense ? reference : await answers(other), request));
  }
  return changes;
}

/**
 * The network in which no layer reads the first so many channels of a curve any more, and those that did are fitted again; for
 * readers that cannot be fitted the channels are silenced.
 */
function withoutChannels(
  { graph, channels }: Pick<UnitMap, "graph" | "channels">,
  curve: Curve,
  count: number,
  measured: ReadonlyMap<string, MeasuredLayer>,
): Graph {
  const gone = curve.order.slice(0, count);
  const fitted = curve.consumers.reduce((current, consumer) => {
    const { layer, moments } = measured.get(consumer.layer)!;
    const { filter, bias } = fitLayer(withoutInputs(layer, consumer, gone), moments, SELECTION_RIDGE);
    return withWeights(current, consumer.layer, filter, bias);
  }, graph);
  if (readersOf(graph, curve) === curve.consumers.length) return fitted;
  return maskGraph(fitted, channels, new Set(gone.map((channel) => curve.unit.roots[channel]!)));
}

/** How many layers read the unit, whether they can be fitted or not. */
function readersOf(graph: Graph, { unit }: Curve): number {
  const read = new Set(unit.owned.filter(({ role }) => role === "consume").map(({ constant }) => constant));
  return graph.nodes.filter(({ inputs }) => inputs.some((name) => read.has(name))).length;
}

/** The outputs one behind another. */
function joined({ outputs: names }: Graph, outputs: Outputs): Float32Array {
  const all = new Float32Array(names.reduce((sum, name) => sum + outputs[name]!.length, 0));
  names.reduce((at, name) => (all.set(outputs[name]!, at), at + outputs[name]!.length), 0);
  return all;
}

/** `dense` and `other`: the logits of each sample. */
export function compareAnswers(
  dense: readonly Float32Array[],
  other: readonly Float32Array[],
  { label }: Pick<AnswersRequest, "label">,
): AnswerChange {
  let [logitError, apart, right, labelled] = [0, 0, 0, 0];
  dense.forEach((expected, i) => {
    const actual = other[i]!;
    logitError += squaredDistance(expected, actual) / dense.length;
    apart += divergence(expected, actual) / dense.length;
    const wanted = label?.(i);
    if (wanted === undefined) return;
    labelled++;
    const own = actual[wanted]!;
    if (actual.every((value, at) => value < own || (value === own && at >= wanted))) right++;
  });
  return { logitError, divergence: Math.max(0, apart), top1: labelled > 0 ? right / labelled : undefined };
}

/**
 * An error curve in units of what was measured at some of its points: between two of them it moves as the curve does, and
 * behind the last in proportion.
 */
export function scaledErrors(errors: Float64Array, width: number, points: readonly Point[]): Float64Array {
  const known = points.map(({ kept, logitError }) => ({ rank: width - kept - 1, value: logitError }));
  const scaled = Float64Array.from(errors);
  let [fromError, fromValue, factor] = [0, 0, 1];
  let next = 0;
  for (let rank = 0; rank < errors.length; rank++) {
    while (next < known.length && rank > known[next]!.rank) {
      [fromError, fromValue] = [errors[known[next]!.rank]!, Math.max(fromValue, known[next]!.value)];
      next++;
    }
    const to = known[next];
    if (to) {
      const rise = Math.max(0, to.value - fromValue);
      factor = errors[to.rank]! > fromError ? rise / (errors[to.rank]! - fromError) : 0;
    } else if (fromError > 0) factor = fromValue / fromError;
    scaled[rank] = fromValue + factor * (errors[rank]! - fromError);
  }
  return scaled;
}
