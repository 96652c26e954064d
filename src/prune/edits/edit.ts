/** What an edit is: one change of one node that is no cut of channels, as data in a plan. */
import { RequestError } from "../../errors.js";
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import { isOp, type NodeOf } from "../../ops/index.js";

export interface EditOf<Kind extends string> {
  readonly kind: Kind;
  readonly node: string;
}

/**
 * One kind of edit. The values that the node computed keep their names and shapes, so that edited and masked network can be
 * compared at all of them.
 */
export interface EditKind<Edit extends EditOf<string>> {
  readonly kind: Edit["kind"];
  /** The fields behind `kind`, as an error message shows them. */
  readonly form: string;
  /** Whether it is made when channels are cut already, and not before. */
  readonly afterCuts?: true;
  /** Whether what was read from JSON has these fields, each of its type. */
  readonly fits: (fields: Partial<Record<keyof Edit, unknown>>) => boolean;
  /** Throws a `RequestError`, which names the node, unless the edit is one of this graph. */
  readonly check: (edit: Edit, graph: Graph) => void;
  readonly apply: (edit: Edit, graph: Graph) => Graph;
  /** The same meaning without what the edit saves, said by other operators where that is possible: what the result must be equal to. */
  readonly masked: (edit: Edit, graph: Graph) => Graph;
}

/** The node that an edit names. Throws a `RequestError` if there is none. */
export function nodeNamed(graph: Graph, name: string): Node {
  const node = graph.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new RequestError("the network has no node of this name; the plan is another network's", name);
  return node;
}

/** A node with a filter for each output channel in the first axis of a constant. */
export interface Filtered {
  readonly node: NodeOf<"conv"> | NodeOf<"gemm">;
  readonly constant: string;
  readonly filter: Tensor;
}

/** The convolution or dense layer that an edit names, and its constant filter. Throws a `RequestError` where it is something else. */
export function filteredNode(graph: Graph, name: string): Filtered {
  const node = nodeNamed(graph, name);
  if (!isOp(node, "conv") && !isOp(node, "gemm"))
    throw new RequestError(`is a ${node.op}; expected a conv or gemm`, name);
  const constant = node.inputs[1]!;
  const filter = graph.constants.get(constant);
  if (!filter) throw new RequestError("computes its filter; expected a constant", name);
  return { node, constant, filter };
}

/** Whether it is a list of whole numbers from 0 on, each larger than the one before it. */
export function isIncreasing(list: unknown): list is readonly number[] {
  if (!Array.isArray(list)) return false;
  return list.every((n, i) => Number.isSafeInteger(n) && n > (i === 0 ? -1 : list[i - 1]));
}
