/** What a network gives when a value in between is another one. */
import { type Graph, type Node, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { makeNode } from "../../src/ops/index.js";
import { inferShapes } from "../../src/ops/walk.js";

/** The graph, in float64, in which a constant is added to a value: zeros named `${value}:shift`, which may be written into. */
export function shifted(graph: Graph, value: string): Graph {
  const shape = inferShapes(graph).get(value)!;
  const [moved, shift] = ["moved", "shift"].map((part) => `${value}:${part}`) as [string, string];
  const readers = graph.nodes.map((node): Node => ({
    ...node,
    inputs: node.inputs.map((name) => (name === value ? moved : name)),
  }));
  const at = readers.findIndex(({ outputs }) => outputs.includes(value));
  const nodes = readers.toSpliced(at + 1, 0, makeNode("add", {}, [value, shift], moved));
  const outputs = graph.outputs.map((name) => (name === value ? moved : name));
  const zeros: Tensor = { shape, data: new Float64Array(sizeOf(shape)) };
  const wide = [...graph.constants].map(([name, t]) => [name, { ...t, data: Float64Array.from(t.data) }] as const);
  return { ...graph, nodes, outputs, constants: new Map<string, Tensor>([...wide, [shift, zeros]]) };
}
