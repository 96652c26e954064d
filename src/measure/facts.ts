/** What a graph costs, node by node, without running it. */
import { type Graph, type Shape, sizeOf } from "../graph/graph.js";
import { filterNumbers, inferShapes, nodeMacs } from "../ops/walk.js";

export interface LayerFacts {
  readonly name: string;
  readonly op: string;
  /** Of the first output. */
  readonly shape: Shape;
  /** Multiply-adds; zeros of a filter cost none. */
  readonly macs: number;
  /** Numbers in the constants that this node is the first to read, zeros of filters left out. */
  readonly parameters: number;
}

export interface GraphFacts {
  readonly layers: readonly LayerFacts[];
  readonly macs: number;
  readonly parameters: number;
}

export function describeGraph(graph: Graph): GraphFacts {
  const shapes = inferShapes(graph);
  const numbers = filterNumbers(graph);
  const counted = new Set<string>();
  const layers = graph.nodes.map((node) => {
    const fresh = node.inputs.filter((name) => graph.constants.has(name) && !counted.has(name));
    fresh.forEach((name) => counted.add(name));
    return {
      name: node.name,
      op: node.op,
      shape: shapes.get(node.outputs[0]!)!,
      macs: nodeMacs(node, shapes, numbers),
      parameters: fresh.reduce((sum, name) => sum + (numbers(name) ?? sizeOf(shapes.get(name)!)), 0),
    };
  });
  const total = (key: "macs" | "parameters") => layers.reduce((sum, layer) => sum + layer[key], 0);
  return { layers, macs: total("macs"), parameters: total("parameters") };
}
