/**
 * Feature map samplers: a convolution that leads away from a residual trunk, such as the first of a branch, reads some channels of it, and
 * the trunk itself keeps all of them.
 *
 * He, Zhang, Sun 2017, Channel Pruning for Accelerating Very Deep Neural Networks, section 3.3.
 */
import { RequestError } from "../errors.js";
import { allNames, freshName, rewriteNodes } from "../graph/edit.js";
import type { Graph, Node } from "../graph/graph.js";
import { isOp, makeNode } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";
import type { ChannelMap } from "./atoms.js";
import { type CutDecision, cutsOf } from "./cut-queues.js";
import { applyEdits } from "./edits/index.js";
import type { ReadsEdit } from "./edits/reads.js";
import { findLayers, type Layer } from "./layers.js";
import { findUnits, type UnitMap } from "./units.js";

/** Why a network cannot have one. */
export const NO_BRANCH = "no convolution begins a residual branch: there is no branch to sample";

/** Whether a layer reads a trunk, all of whose channels residual adds couple, and writes something else. */
export function leavesTrunk({ node, readers }: Pick<Layer, "node" | "readers">, channels: ChannelMap): boolean {
  if (!isOp(node, "conv") || node.attrs.groups !== 1 || readers > 1) return false;
  const coupled = (name: string) => {
    const atoms = channels.atoms.get(name)![1];
    return atoms ? [...atoms].map((atom) => channels.residual(channels.rootOf(atom))) : [false];
  };
  return coupled(node.inputs[0]!).every(Boolean) && !coupled(node.outputs[0]!).some(Boolean);
}

/** The edit by which a layer reads the channels that are kept; undefined where those are all. */
export function readsEdit(layer: string, kept: Uint8Array): ReadsEdit | undefined {
  if (!kept.includes(0)) return undefined;
  return {
    ...{ kind: "reads", node: layer, width: kept.length },
    channels: [...kept.keys()].filter((channel) => kept[channel]),
  };
}

export interface Sampled {
  /** Of the network with a sampler, which takes all yet, in front of each branch: what it takes is a unit, and the trunk is frozen. */
  readonly map: UnitMap;
  /** By the name of that unit, the layer that reads what is taken. */
  readonly readers: ReadonlyMap<string, string>;
}

/** `asked` is what asked for them. Throws a `RequestError` where no convolution begins a branch. */
export function withSamplers(map: UnitMap, asked: string): Sampled {
  const { graph, channels } = map;
  const layers = findLayers(map, inferShapes(graph)).filter((layer) => leavesTrunk(layer, channels));
  if (layers.length === 0) throw new RequestError(NO_BRANCH, asked);
  const widths = new Map<Node, number>(layers.map(({ node, filter }) => [node, filter.shape[1]!]));
  const taken = allNames(graph);
  const readers = new Map<string, string>();
  const sampled = rewriteNodes(graph, (node) => {
    const width = widths.get(node);
    if (width === undefined) return [node];
    const [trunk, ...rest] = node.inputs as [string, ...string[]];
    const name = freshName(`${node.name}.reads`, taken);
    readers.set(name, node.name);
    const indices = [...Array(width).keys()];
    const sampler = makeNode("gather", { axis: 1, indices, samples: true }, [trunk], name);
    return [sampler, { ...node, inputs: [name, ...rest] }];
  });
  return { map: findUnits(sampled), readers };
}

/**
 * What was decided of a network with samplers, for the one without. Edits of what is read are made before cuts, and set the trunk's
 * channels that are read apart from the others: cuts name the units that there are then.
 */
export function withoutSamplers(
  { cuts, edits = [], ...decision }: CutDecision,
  { map, readers }: Sampled,
  graph: Graph,
): CutDecision {
  const reads = cuts.flatMap(({ unit, width, remove }) => {
    const reader = readers.get(unit);
    if (reader === undefined) return [];
    const gone = new Set(remove);
    return (
      readsEdit(
        reader,
        Uint8Array.from({ length: width }, (_, channel) => Number(!gone.has(channel))),
      ) ?? []
    );
  });
  const cut = new Map(cuts.filter(({ unit }) => !readers.has(unit)).map(({ unit, remove }) => [unit, remove]));
  const removed = new Set(
    map.units.flatMap(({ name, roots }) => (cut.get(name) ?? []).map((channel) => roots[channel]!)),
  );
  const edited = findUnits(applyEdits(reads, graph));
  const gone = sameClasses(removed, map.channels, edited.channels);
  return { ...decision, cuts: cutsOf(edited.units, (root) => gone.has(root)), edits: [...reads, ...edits] };
}

/** The classes of another graph that have the same places in values of the same names. */
function sameClasses(classes: ReadonlySet<number>, from: ChannelMap, to: ChannelMap): Set<number> {
  const found = new Set<number>();
  for (const [value, axes] of from.atoms) {
    const others = to.atoms.get(value);
    axes.forEach((atoms, axis) => {
      const same = others?.[axis];
      if (!same || same.length !== atoms?.length) return;
      atoms.forEach((atom, i) => classes.has(from.rootOf(atom)) && found.add(to.rootOf(same[i]!)));
    });
  }
  return found;
}
