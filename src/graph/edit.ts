/** Edits: each takes a graph and returns a new one. */
import type { Graph, Node, Tensor } from "./graph.js";

/** How many nodes and graph outputs read each value. */
export function countReaders(graph: Graph): Map<string, number> {
  const readers = new Map<string, number>();
  const read = (name: string) => readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(read);
  graph.outputs.forEach(read);
  return readers;
}

/** The node that computes each value. */
export function producers(graph: Graph): Map<string, Node> {
  const made = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) made.set(output, node);
  return made;
}

/** The graph with each node replaced by what `rewrite` returns for it (nothing, itself, or several), and constants added. */
export function rewriteNodes(
  graph: Graph,
  rewrite: (node: Node) => readonly Node[],
  added: ReadonlyMap<string, Tensor> = new Map(),
): Graph {
  const nodes = graph.nodes.flatMap(rewrite);
  return dropUnused({ ...graph, nodes, constants: new Map([...graph.constants, ...added]) });
}

/** Every reader of `from` reads `to` instead, graph outputs excepted. */
export function redirect(nodes: readonly Node[], renamed: ReadonlyMap<string, string>): Node[] {
  const follow = (name: string): string => {
    const next = renamed.get(name);
    return next === undefined ? name : follow(next);
  };
  return nodes.map((node) =>
    node.inputs.some((name) => renamed.has(name)) ? { ...node, inputs: node.inputs.map(follow) } : node,
  );
}

/** The nodes, in their order, that must run for some values when others are there already. */
export function neededNodes(
  nodes: readonly Node[],
  wanted: readonly string[],
  available: ReadonlySet<string> = new Set(),
): Node[] {
  const needed = new Set(wanted.filter((name) => !available.has(name)));
  const used: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    used.push(node);
    node.inputs.forEach((name) => available.has(name) || needed.add(name));
  }
  return used.reverse();
}

/** The graph without the nodes and constants that no output depends on. */
export function dropUnused(graph: Graph): Graph {
  const nodes = neededNodes(graph.nodes, graph.outputs);
  const read = new Set([...graph.outputs, ...nodes.flatMap(({ inputs }) => inputs)]);
  const constants = new Map([...graph.constants].filter(([name]) => read.has(name)));
  return { ...graph, nodes, constants };
}

/** A name that starts with `wanted` and is not in `taken`; it is added to `taken`. */
export function freshName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  taken.add(name);
  return name;
}

/** All names that a graph defines: inputs, constants, node outputs and nodes. */
export function allNames(graph: Graph): Set<string> {
  const names = new Set(graph.constants.keys());
  graph.inputs.forEach((input) => names.add(input.name));
  for (const node of graph.nodes) {
    names.add(node.name);
    node.outputs.forEach((name) => names.add(name));
  }
  return names;
}
