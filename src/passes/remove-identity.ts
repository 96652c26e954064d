import { dropUnused, redirect } from "../graph/edit.js";
import type { Graph } from "../graph/graph.js";
import { isOp } from "../ops/index.js";

/** x -> identity -> y  becomes  x -> y, wherever the identity's output is not an output of the graph. Changes nothing else. */
export function removeIdentity(graph: Graph): Graph {
  const renamed = new Map<string, string>();
  for (const node of graph.nodes) {
    if (isOp(node, "identity") && !graph.outputs.includes(node.outputs[0]!))
      renamed.set(node.outputs[0]!, node.inputs[0]!);
  }
  return renamed.size === 0 ? graph : dropUnused({ ...graph, nodes: redirect(graph.nodes, renamed) });
}
