import { dropUnused, redirect } from "../graph/edit.js";
import type { Graph, Node, Shape } from "../graph/graph.js";
import { isOp, type NodeOf } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";

/**
 * x -> identity -> y  becomes  x -> y, wherever the identity's output is not an output of the graph; a sampler that takes everything is
 * one, too. (Any other gather of everything may be one of a part when the network is loaded for larger inputs.) Changes nothing else.
 */
export function removeIdentity(graph: Graph): Graph {
  const renamed = new Map<string, string>();
  const shapes = graph.nodes.some(isSampler) ? inferShapes(graph) : new Map<string, Shape>();
  for (const node of graph.nodes) {
    if (isIdentity(node, shapes) && !graph.outputs.includes(node.outputs[0]!))
      renamed.set(node.outputs[0]!, node.inputs[0]!);
  }
  return renamed.size === 0 ? graph : dropUnused({ ...graph, nodes: redirect(graph.nodes, renamed) });
}

const isSampler = (node: Node): node is NodeOf<"gather"> => isOp(node, "gather") && node.attrs.samples === true;

function isIdentity(node: Node, shapes: ReadonlyMap<string, Shape>): boolean {
  if (!isSampler(node)) return isOp(node, "identity");
  const { axis, indices } = node.attrs;
  return indices.length === shapes.get(node.inputs[0]!)![axis] && indices.every((index, i) => index === i);
}
