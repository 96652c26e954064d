/** Walks over a whole graph that ask each operator: shapes, cost, meaning. */
import { EspalierError, ModelError } from "../errors.js";
import { type Graph, type Node, type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import { isFilterLayer } from "./filter-layer.js";
import { opOf } from "./index.js";

/** Runs `step`; an error without a place gets the node's name. */
export function atNode<T>(node: Node, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof EspalierError && error.where === undefined) throw new ModelError(error.message, node.name);
    throw error;
  }
}

/** The shapes of a node's outputs. Throws a `ModelError` with the node's name if its inputs do not fit. */
export function inferNode(node: Node, inputs: readonly Shape[]): readonly Shape[] {
  return atNode(node, () => opOf(node).infer(node.attrs, inputs));
}

/** The shape of every value of the graph, constants included. */
export function inferShapes(graph: Graph): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  graph.inputs.forEach((input) => shapes.set(input.name, input.shape));
  graph.constants.forEach((tensor, name) => shapes.set(name, tensor.shape));
  for (const node of graph.nodes) {
    const outputs = inferNode(
      node,
      node.inputs.map((name) => shapes.get(name)!),
    );
    node.outputs.forEach((name, i) => shapes.set(name, outputs[i]!));
  }
  return shapes;
}

/** How many numbers of a tensor are not zero. */
export function countNonZero({ data }: Tensor): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) count++;
  return count;
}

/** For a name how many numbers of the filter are not zero; undefined where it is no constant filter. */
export type FilterNumbers = (name: string) => number | undefined;

/** Counts each filter of a graph when it is asked for first. */
export function filterNumbers({ nodes, constants }: Graph): FilterNumbers {
  const filters = new Set(nodes.filter(isFilterLayer).map(({ inputs }) => inputs[1]!));
  const counts = new Map<string, number>();
  return (name) => {
    const filter = filters.has(name) ? constants.get(name) : undefined;
    if (filter && !counts.has(name)) counts.set(name, countNonZero(filter));
    return counts.get(name);
  };
}

/** Multiply-adds of one node. Of a constant filter only numbers other than zero count. */
export function nodeMacs(node: Node, shapes: ReadonlyMap<string, Shape>, numbers: FilterNumbers): number {
  const inputs = node.inputs.map((name) => shapes.get(name)!);
  const macs = opOf(node).macs(node.attrs, inputs);
  const stored = isFilterLayer(node) ? numbers(node.inputs[1]!) : undefined;
  return stored === undefined ? macs : (macs / sizeOf(inputs[1]!)) * stored;
}

/** Multiply-adds of one run. */
export function countMacs(graph: Graph, shapes: ReadonlyMap<string, Shape> = inferShapes(graph)): number {
  const numbers = filterNumbers(graph);
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(node, shapes, numbers), 0);
}

/** Numbers in all constants, as exporters count them: batch-norm statistics included. Zeros of filters do not count. */
export function countParameters(graph: Graph): number {
  const numbers = filterNumbers(graph);
  let sum = 0;
  graph.constants.forEach((tensor, name) => (sum += numbers(name) ?? sizeOf(tensor.shape)));
  return sum;
}

/** The meaning of a graph: every value, computed by the operators' plain loops in float64. Slow on purpose. */
export function evaluateGraph(graph: Graph, inputs: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const values = new Map<string, Tensor>([...graph.constants, ...inputs]);
  for (const input of graph.inputs) {
    if (!values.has(input.name)) throw new ModelError("no value was given for this input", input.name);
  }
  for (const node of graph.nodes) {
    const outputs = atNode(node, () =>
      opOf(node).evaluate(
        node.attrs,
        node.inputs.map((name) => values.get(name)!),
      ),
    );
    node.outputs.forEach((name, i) => values.set(name, outputs[i]!));
  }
  return values;
}
