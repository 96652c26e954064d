import { ModelError } from "../errors.js";
import { type Graph, sizeOf } from "./graph.js";

/** Throws a `ModelError` unless every name is defined once and before it is read, and every constant fits its shape. */
export function verifyGraph(graph: Graph): void {
  const defined = new Set<string>();
  const define = (name: string, where: string) => {
    if (defined.has(name)) throw new ModelError(`defines "${name}", which is defined already`, where);
    defined.add(name);
  };
  for (const input of graph.inputs) define(input.name, "graph inputs");
  for (const [name, tensor] of graph.constants) {
    define(name, "graph constants");
    if (tensor.data.length !== sizeOf(tensor.shape)) {
      throw new ModelError(`constant has ${tensor.data.length} elements, shape ${tensor.shape.join("x")}`, name);
    }
  }
  const nodeNames = new Set<string>();
  for (const node of graph.nodes) {
    if (nodeNames.has(node.name)) throw new ModelError("two nodes have this name", node.name);
    nodeNames.add(node.name);
    for (const name of node.inputs) {
      if (!defined.has(name)) throw new ModelError(`reads "${name}", which nothing before it defines`, node.name);
    }
    for (const name of node.outputs) define(name, node.name);
  }
  for (const name of graph.outputs) {
    if (!defined.has(name)) throw new ModelError(`output "${name}" is not computed by any node`, graph.name);
  }
}
