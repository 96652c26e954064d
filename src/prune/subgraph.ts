/** Parts of a graph as graphs of their own. */
import { NOTHING_KNOWN } from "../graph/about.js";
import type { Graph, Node, Shape } from "../graph/graph.js";

/** A network of these nodes of the graph; what they read of others are its inputs. */
export function subgraph(
  graph: Graph,
  nodes: readonly Node[],
  outputs: readonly string[],
  shapes: ReadonlyMap<string, Shape>,
  name: string,
): Graph {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const read = [...new Set(nodes.flatMap((node) => node.inputs))].filter((value) => !made.has(value));
  const [constants, values] = [true, false].map((isConstant) =>
    read.filter((value) => graph.constants.has(value) === isConstant),
  ) as [string[], string[]];
  return {
    name,
    inputs: values.map((value) => ({ name: value, shape: shapes.get(value)!, batch: "" })),
    outputs,
    nodes,
    constants: new Map(constants.map((value) => [value, graph.constants.get(value)!])),
    about: NOTHING_KNOWN,
  };
}
