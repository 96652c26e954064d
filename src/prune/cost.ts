/** What a graph would cost without some classes of channels; no weight is cut for it. */
import { type Graph, type Shape, sizeOf } from "../graph/graph.js";
import { countNonZero, filterNumbers, type FilterNumbers, inferShapes, nodeMacs } from "../ops/walk.js";
import { cutNode, cutTensor, keptShape } from "./apply.js";
import { type ChannelMap, keptOf } from "./atoms.js";
import type { Block } from "./blocks.js";
import type { Kept } from "../ops/op.js";

export interface Cost {
  /** Multiply-adds of one run; zeros of filters cost none. */
  readonly macs: number;
  /** Numbers in all constants, zeros of filters left out. */
  readonly parameters: number;
}

/** For classes of channels that go, and residual blocks. */
export type CostModel = (removed: ReadonlySet<number>, blocks?: readonly Block[]) => Cost;

export function costModel(graph: Graph, channels: ChannelMap): CostModel {
  const shapes = inferShapes(graph);
  const tracked = [...channels.atoms].filter(([, axes]) => axes.some((axis) => axis !== null)).map(([name]) => name);
  const whole = new Map<string, Kept>([...shapes].map(([name, shape]) => [name, shape.map(() => null)]));
  const numbers = filterNumbers(graph);
  return (removed, blocks = []) => {
    const kept = new Map(whole);
    const cutShapes = new Map(shapes);
    for (const name of tracked) {
      const masks = keptOf(channels, name, removed);
      kept.set(name, masks);
      cutShapes.set(name, keptShape(shapes.get(name)!, masks));
    }
    const left = numbersLeft(graph, numbers, kept, cutShapes);
    const gone = new Set(blocks.flatMap(({ nodes }) => nodes));
    const nodes = gone.size > 0 ? graph.nodes.filter(({ name }) => !gone.has(name)) : graph.nodes;
    const macs = nodes.reduce((sum, node) => sum + nodeMacs(cutNode(node, kept), cutShapes, left), 0);
    const read = gone.size > 0 ? new Set(nodes.flatMap(({ inputs }) => inputs)) : graph.constants;
    let parameters = 0;
    for (const name of graph.constants.keys()) {
      if (read.has(name)) parameters += left(name) ?? sizeOf(cutShapes.get(name)!);
    }
    return { macs, parameters };
  };
}

/** Filters are looked through only where they have zeros and lose something. */
function numbersLeft(
  graph: Graph,
  numbers: FilterNumbers,
  kept: ReadonlyMap<string, Kept>,
  cutShapes: ReadonlyMap<string, Shape>,
): FilterNumbers {
  const counts = new Map<string, number>();
  const count = (name: string, all: number): number => {
    const filter = graph.constants.get(name)!;
    if (all === filter.data.length) return sizeOf(cutShapes.get(name)!);
    return kept.get(name)!.every((mask) => mask === null) ? all : countNonZero(cutTensor(filter, kept.get(name)!));
  };
  return (name) => {
    const all = numbers(name);
    if (all === undefined) return undefined;
    if (!counts.has(name)) counts.set(name, count(name, all));
    return counts.get(name);
  };
}
