/** Graph -> the layers of the network format, weights still as float32 numbers. */
import { ModelError } from "../errors.js";
import type { Graph, Node } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import { isTensor, type LayerSpec } from "../ops/op.js";
import { atNode, inferShapes } from "../ops/walk.js";

export interface LoweredLayer {
  readonly name: string;
  /** Numbers of the values that the layer reads: inputs first, then one a layer. */
  readonly inputs: readonly number[];
  readonly spec: LayerSpec;
}

export interface LoweredNetwork {
  readonly layers: readonly LoweredLayer[];
  readonly outputs: readonly { readonly name: string; readonly value: number }[];
}

/** Lowers every node. Throws a `ModelError` that names a node which cannot be lowered. */
export function lowerGraph(graph: Graph): LoweredNetwork {
  const shapes = inferShapes(graph);
  const values = new Map(graph.inputs.map((input, i) => [input.name, i]));
  const layers = graph.nodes.map((node): LoweredLayer => {
    const { layer, reads } = lowerNode(graph, node, shapes);
    const inputs = reads.map((i) => valueOf(values, node.inputs[i]!, node.name));
    node.outputs.forEach((name) => values.set(name, values.size));
    return { name: node.name, inputs, spec: layer };
  });
  const outputs = graph.outputs.map((name) => ({ name, value: valueOf(values, name, graph.name) }));
  return { layers, outputs };
}

function lowerNode(graph: Graph, node: Node, shapes: ReadonlyMap<string, readonly number[]>) {
  const inputs = node.inputs.map((name) => ({ shape: shapes.get(name)!, constant: graph.constants.get(name) }));
  return atNode(node, () => opOf(node).lower(node.attrs, inputs));
}

function valueOf(values: ReadonlyMap<string, number>, name: string, where: string): number {
  const value = values.get(name);
  if (value === undefined) throw new ModelError(`"${name}" is a constant where a computed value is needed`, where);
  return value;
}

/** Bytes that the weights of a lowered graph take as float32: what pruning can shrink of a file. */
export function weightBytes(lowered: LoweredNetwork): number {
  let bytes = 0;
  for (const { spec } of lowered.layers) {
    for (const part of Object.values(spec)) if (isTensor(part)) bytes += 4 * part.data.length;
  }
  return bytes;
}
