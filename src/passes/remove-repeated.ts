import { dropUnused, producers, redirect } from "../graph/edit.js";
import type { Graph, Node } from "../graph/graph.js";
import { opOf } from "../ops/index.js";

/**
 * op(op(x))  becomes  op(x), where the operator changes nothing the second time: activations that follow one another where a residual
 * block between them is gone. An output of the graph stays.
 */
export function removeRepeated(graph: Graph): Graph {
  const made = producers(graph);
  const renamed = new Map<string, string>();
  for (const node of graph.nodes) {
    const [input, output] = [node.inputs[0]!, node.outputs[0]!];
    if (isRepeated(made.get(input), node) && !graph.outputs.includes(output)) renamed.set(output, input);
  }
  return renamed.size === 0 ? graph : dropUnused({ ...graph, nodes: redirect(graph.nodes, renamed) });
}

function isRepeated(source: Node | undefined, node: Node): boolean {
  if (source?.op !== node.op || !opOf(node).idempotent) return false;
  return node.inputs.length === 1 && JSON.stringify(source.attrs) === JSON.stringify(node.attrs);
}
