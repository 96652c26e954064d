/** Layers of a graph with other filters and biases. */
import { allNames, freshName } from "../../graph/edit.js";
import type { Graph, Node, Tensor } from "../../graph/graph.js";

/** The graph in which the node of this name has these weights. */
export function withWeights(graph: Graph, name: string, filter: Tensor, bias: Tensor): Graph {
  const taken = allNames(graph);
  const names = ["filter", "bias"].map((part) => freshName(`${name}.${part}`, taken));
  const fitted = (node: Node): Node => ({ ...node, inputs: [node.inputs[0]!, ...names] });
  const nodes = graph.nodes.map((node) => (node.name === name ? fitted(node) : node));
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const constants = new Map([...graph.constants].filter(([constant]) => read.has(constant)));
  [filter, bias].forEach((tensor, i) => constants.set(names[i]!, tensor));
  return { ...graph, nodes, constants };
}
