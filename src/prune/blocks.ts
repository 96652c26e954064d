/** Residual blocks: sums that can be their shortcut alone, what goes with the branch then, and which units end with it. */
import { dropUnused, neededNodes, redirect } from "../graph/edit.js";
import { type Graph, type Node, sameShape } from "../graph/graph.js";
import { isFilterLayer } from "../ops/filter-layer.js";
import { isOp } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";
import type { Unit, UnitMap } from "./units.js";

/** Which of a sum's two inputs. */
export type Place = 0 | 1;

export interface Block {
  /** The name of the node that adds branch and shortcut. */
  readonly name: string;
  /** The branch among its inputs. */
  readonly branch: Place;
  /** The names of the nodes that only the branch needs, in running order; the sum is not among them. */
  readonly nodes: readonly string[];
  /** Those of them that have filters. */
  readonly layers: readonly string[];
}

/** Why a sum cannot be one of its inputs alone; undefined where it can. */
export function cannotBypass(graph: Graph, node: Node, shapes = inferShapes(graph)): string | undefined {
  if (!isOp(node, "add")) return `is a ${node.op}; expected an add`;
  const [output] = node.outputs as [string];
  if (graph.outputs.includes(output)) return "is an output of the network";
  if (node.inputs.some((name) => graph.constants.has(name))) return "adds a constant; expected two branches";
  if (node.inputs[0] === node.inputs[1]) return "adds a value to itself";
  const isWhole = node.inputs.every((name) => sameShape(shapes.get(name)!, shapes.get(output)!));
  return isWhole ? undefined : "adds values of different shapes";
}

/** The graph in which the sum of this name is its shortcut; as it is where there is no such sum (any more). */
export function withoutBranch(graph: Graph, sum: string, branch: Place): Graph {
  const node = graph.nodes.find(({ name }) => name === sum);
  if (!node) return graph;
  const nodes = redirect(graph.nodes, new Map([[node.outputs[0]!, node.inputs[1 - branch]!]]));
  return dropUnused({ ...graph, nodes });
}

/** The names of the nodes that go with a branch, but for the sum. */
export function branchNodes(graph: Graph, sum: string, branch: Place): string[] {
  const left = new Set(withoutBranch(graph, sum, branch).nodes.map(({ name }) => name));
  return graph.nodes.map(({ name }) => name).filter((name) => name !== sum && !left.has(name));
}

/** The names of those of some nodes that have filters. */
export function filterLayers(graph: Graph, names: readonly string[]): string[] {
  const chosen = new Set(names);
  return graph.nodes.filter((node) => chosen.has(node.name) && isFilterLayer(node)).map(({ name }) => name);
}

/**
 * In running order: sums of two branches of one value, of which the one with more filters is the block's. Where both have equally
 * many, neither is the other's shortcut.
 */
export function findBlocks(graph: Graph): Block[] {
  const shapes = inferShapes(graph);
  return graph.nodes.flatMap((node): Block[] => {
    if (cannotBypass(graph, node, shapes) !== undefined) return [];
    const sides = ([0, 1] as const).map((branch): Block => {
      const nodes = branchNodes(graph, node.name, branch);
      return { name: node.name, branch, nodes, layers: filterLayers(graph, nodes) };
    });
    const [first, second] = sides as [Block, Block];
    const block = first.layers.length > second.layers.length ? first : second;
    if (first.layers.length === second.layers.length || !isFork(graph, node, block)) return [];
    return [block];
  });
}

/** Whether the branch reads a single value from outside, and the shortcut is that value or computed from it. */
function isFork(graph: Graph, sum: Node, { nodes, branch }: Block): boolean {
  const inside = new Set(nodes);
  const members = graph.nodes.filter(({ name }) => inside.has(name));
  const made = new Set(members.flatMap(({ outputs }) => outputs));
  const read = new Set(members.flatMap(({ inputs }) => inputs));
  const outside = [...read].filter((name) => !made.has(name) && !graph.constants.has(name));
  if (outside.length !== 1) return false;
  const [source, shortcut] = [outside[0]!, sum.inputs[1 - branch]!];
  return shortcut === source || neededNodes(graph.nodes, [shortcut]).some(({ inputs }) => inputs.includes(source));
}

/** A block that goes when a unit inside it loses its last channel. */
export interface Ending {
  readonly block: Block;
  readonly unit: Unit;
  /** The units all of whose channels are inside the block. */
  readonly inside: readonly Unit[];
}

/**
 * One for each block all of whose units that can be cut are among the chosen ones, and which has some that are in no smaller block:
 * of these the one with the most weights ends with it. A unit ends with one block at most.
 */
export function findEndings(map: UnitMap, blocks: readonly Block[], chosen: readonly Unit[]): Ending[] {
  const names = new Set(chosen.map(({ name }) => name));
  const inside = blocks.map((block) => unitsInside(map, block));
  const smallest = (unit: Unit) =>
    blocks.filter((_, b) => inside[b]!.includes(unit)).reduce((a, b) => (b.nodes.length < a.nodes.length ? b : a));
  return blocks.flatMap((block, b): Ending[] => {
    const free = inside[b]!.filter(({ frozen }) => frozen === undefined);
    const own = free.filter((unit) => smallest(unit) === block);
    if (own.length === 0 || free.some(({ name }) => !names.has(name))) return [];
    const unit = own.reduce((most, other) => (weightsOf(other) >= weightsOf(most) ? other : most));
    return [{ block, unit, inside: inside[b]! }];
  });
}

/** Those of which nothing outside the branch has a channel. */
export function unitsInside({ graph, channels, units }: UnitMap, block: Block): Unit[] {
  const inside = new Set(block.nodes);
  const seen = new Set<number>();
  for (const node of graph.nodes.filter(({ name }) => !inside.has(name))) {
    const values = [...node.outputs, ...node.inputs.filter((name) => graph.constants.has(name))];
    for (const axis of values.flatMap((name) => channels.atoms.get(name)!)) {
      axis?.forEach((atom) => seen.add(channels.rootOf(atom)));
    }
  }
  return units.filter(({ roots }) => !seen.has(roots[0]!));
}

const weightsOf = ({ owned }: Unit) => owned.reduce((sum, { tensor }) => sum + tensor.data.length, 0);
