/**
 * Which channels of each unit stay, chosen front to back: at the layer that reads them, on what it is given by the network as
 * pruned and fitted so far, towards what the dense network computes there.
 */
import type { Graph } from "../../graph/graph.js";
import { eliminate, type Problem } from "../../linalg/elimination.js";
import { lassoOf, lassoSelection } from "../../linalg/lasso.js";
import type { Centred } from "../../linalg/second-moments.js";
import type { MethodContext } from "../methods/method.js";
import { fitLayer, unexplained } from "../recover/fit-layer.js";
import type { Samples } from "../segments.js";
import { affectedLayers } from "../recover/affected.js";
import { type Consumer, problemsOf } from "./consumers.js";
import { type Curve, SELECTION_RIDGE } from "./curves.js";
import type { FittedLayer } from "./fitted-layer.js";
import { fittableLayers, TwinWalk, type WalkOptions } from "./walk.js";
import { withWeights } from "./weights.js";

/** Which selections are tried at a layer; the one that leaves the smaller residual counts. */
export type Selection = "elimination" | "lasso";

/** A unit that loses channels. */
interface Losing {
  readonly curve: Curve;
  readonly keep: number;
  /** Set when they are known. */
  removed: readonly number[] | undefined;
}

/**
 * By unit of `curves` the channels to remove, when `counts` of them do. Units that several layers read lose the first of their
 * curve; the others are chosen anew where they are read. `pruned` is the dense network, or what it is without the blocks that are gone.
 */
export async function chooseChannels(
  dense: Graph,
  pruned: Graph,
  curves: readonly Curve[],
  counts: readonly number[],
  selections: readonly Selection[],
  samples: Samples,
  options: WalkOptions & Pick<MethodContext, "onNote">,
): Promise<number[][]> {
  const losing = curves.map((curve, u): Losing => {
    const early = curve.consumers.length === 1 ? undefined : curve.order.slice(0, counts[u]);
    return { curve, keep: curve.unit.width - counts[u]!, removed: counts[u] === 0 ? [] : early };
  });
  const layers = layersBehind(
    dense,
    pruned,
    losing.filter((_, u) => counts[u]! > 0),
  );
  const walk = new TwinWalk(dense, { graph: pruned, kept: new Map() }, layers, samples, options);
  for (let i = 0; i < layers.length && losing.some(({ removed }) => removed === undefined); i++) {
    const { layer, moments } = await walk.next();
    const readers = losing.flatMap((unit) => {
      const consumer = unit.curve.consumers.find((other) => other.layer === layer.name);
      return consumer ? [{ unit, consumer }] : [];
    });
    let current = layer;
    for (const { unit, consumer } of readers) {
      unit.removed ??= selectAt(current, moments, consumer, unit, selections);
      current = withoutInputs(current, consumer, unit.removed);
    }
    const { filter, bias, notes } = fitLayer(current, moments, SELECTION_RIDGE);
    notes.forEach(options.onNote);
    walk.graph = withWeights(walk.graph, layer.name, filter, bias);
  }
  return losing.map(({ removed }) => [...removed!].sort((a, b) => a - b));
}

/** Everything from the first layer that makes channels which are removed, or that has something to make good. */
function layersBehind(dense: Graph, pruned: Graph, losing: readonly Losing[]): string[] {
  const names = new Set([
    ...losing.flatMap(({ curve }) => [...curve.unit.producers, ...curve.consumers.map(({ layer }) => layer)]),
    ...affectedLayers(dense, pruned).layers.map(({ name }) => name),
  ]);
  const layers = fittableLayers(dense, pruned).map(({ name }) => name);
  return layers.slice(layers.findIndex((name) => names.has(name)));
}

function selectAt(
  layer: FittedLayer,
  moments: readonly Centred[],
  consumer: Consumer,
  { curve, keep }: Losing,
  selections: readonly Selection[],
): number[] {
  const { width } = curve.unit;
  const problems = problemsOf(layer, moments, consumer.blocks, SELECTION_RIDGE);
  const tried = selections.map((selection) => {
    const removed =
      selection === "lasso" ? byLasso(layer, problems, width, keep) : eliminate(problems, width - keep).order;
    return {
      removed: [...removed],
      residual: selections.length > 1 ? residualWithout(layer, moments, consumer, removed) : 0,
    };
  });
  return tried.reduce((best, other) => (other.residual < best.residual ? other : best)).removed;
}

function byLasso(
  { filter, width: inputs, outputs }: FittedLayer,
  problems: readonly Problem[],
  width: number,
  keep: number,
): number[] {
  const filters = problems.map((_, g) => filter.data.subarray(g * outputs * inputs, (g + 1) * outputs * inputs));
  const kept = new Set(lassoSelection(lassoOf(problems, filters), keep));
  return [...Array(width).keys()].filter((channel) => !kept.has(channel));
}

/** What is left unexplained when these channels are gone and everything else is fitted again. */
function residualWithout(
  layer: FittedLayer,
  moments: readonly Centred[],
  consumer: Consumer,
  removed: readonly number[],
): number {
  const cut = withoutInputs(layer, consumer, removed);
  return unexplained(cut, moments, fitLayer(cut, moments, SELECTION_RIDGE).filter);
}

/** The layer with zeros at the weights of removed channels: they are no longer fitted. */
export function withoutInputs(layer: FittedLayer, { blocks }: Consumer, removed: readonly number[]): FittedLayer {
  const data = Float32Array.from(layer.filter.data);
  const gone = removed.flatMap((channel) => [...blocks[channel]!]);
  for (let row = 0; row < data.length; row += layer.width) for (const input of gone) data[row + input] = 0;
  return { ...layer, filter: { ...layer.filter, data } };
}
