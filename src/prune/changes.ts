/** What a plan's edits did to a network, for those who report it. */
import type { Graph } from "../graph/graph.js";
import { filterNumbers, inferShapes, nodeMacs } from "../ops/walk.js";
import { branchNodes } from "./blocks.js";
import { byTime, type Edit } from "./edits/index.js";

export interface Change {
  readonly before: number;
  readonly after: number;
}

export interface EditedLayer {
  readonly name: string;
  readonly edits: readonly string[];
  readonly weights: Change;
  readonly macs: Change;
}

export interface RemovedBlock {
  /** Of the sum that is its shortcut now. */
  readonly name: string;
  /** The layers with filters that went with the branch. */
  readonly layers: readonly string[];
  /** Multiply-adds of the branch in the dense network. */
  readonly macs: number;
}

/** The layers that are others, or one node fewer. */
export function editedLayers(dense: Graph, result: Graph, edits: readonly Edit[]): EditedLayer[] {
  const own = byTime(edits).before;
  const [before, after] = [layerCosts(dense), layerCosts(result)];
  return [...new Set(own.map(({ node }) => node))].map((name) => ({
    name,
    edits: own.filter(({ node }) => node === name).map(({ kind }) => kind),
    weights: { before: before(name).weights, after: after(name).weights },
    macs: { before: before(name).macs, after: after(name).macs },
  }));
}

/** The residual blocks that are gone, in the order of the edits. */
export function removedBlocks(dense: Graph, edits: readonly Edit[]): RemovedBlock[] {
  const costs = layerCosts(dense);
  return edits.flatMap((edit): RemovedBlock[] => {
    if (edit.kind !== "bypass") return [];
    const nodes = branchNodes(dense, edit.node, edit.branch);
    return [{ name: edit.node, layers: edit.layers, macs: nodes.reduce((sum, name) => sum + costs(name).macs, 0) }];
  });
}

/** Weights other than zero and multiply-adds of the nodes of these names; 0 where an edit left none. */
function layerCosts(graph: Graph): (name: string) => { readonly weights: number; readonly macs: number } {
  const [shapes, numbers] = [inferShapes(graph), filterNumbers(graph)];
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  return (name) => {
    const node = nodes.get(name);
    if (!node) return { weights: 0, macs: 0 };
    return { weights: numbers(node.inputs[1] ?? "") ?? 0, macs: nodeMacs(node, shapes, numbers) };
  };
}
