/** What a layer of a pruned network should give: what the dense one has in the same place, its shortcut and blocks that are gone included. */
import { countReaders, neededNodes, producers } from "../../graph/edit.js";
import type { Graph, Node } from "../../graph/graph.js";
import { isOp, opOf } from "../../ops/index.js";

/** Values that add up to what a layer should give. */
export interface Target {
  /** Of the dense network. */
  readonly dense: string;
  /** Of the pruned one: what is there already beside the layer's output. */
  readonly beside: string | undefined;
}

/**
 * The last layer of a residual branch makes up for what its shortcut lost (He et al. 2017, section 3.3, "multi-branch"), provided that
 * no layer of `pending`, which is fitted later, has a part in it. A value that took another's place, because a residual block is
 * gone, should be like that one.
 */
export class Targets {
  readonly #dense: Graph;
  readonly #pruned: Graph;
  readonly #standIns: ReadonlyMap<string, string>;

  constructor(dense: Graph, pruned: Graph) {
    this.#dense = dense;
    this.#pruned = pruned;
    this.#standIns = standInsOf(dense, pruned);
  }

  /** Of a layer that both networks have. */
  of(layer: Node, pending: ReadonlySet<string>): Target {
    const own = this.#dense.nodes.find(({ name }) => name === layer.name)!.outputs[0]!;
    const sum = this.#sumOf(layer, own);
    if (!sum) return { dense: this.#standIns.get(layer.outputs[0]!) ?? own, beside: undefined };
    const { dense, beside } = sum;
    const isThere = !this.#pruned.constants.has(beside) && !dependsOn(this.#pruned, beside, pending);
    return isThere ? { dense, beside } : { dense: own, beside: undefined };
  }

  /** Whether the layer should give something else than in the dense network, whatever it reads. */
  isMoved(layer: Node): boolean {
    const [output] = layer.outputs as [string];
    const sum = this.#pruned.nodes.find((node) => isOp(node, "add") && node.inputs.includes(output));
    return this.#standIns.has(output) || (sum !== undefined && this.#standIns.has(sum.outputs[0]!));
  }

  /** The residual sum that a layer's output goes into and nowhere else, in both networks. */
  #sumOf(layer: Node, own: string): { readonly dense: string; readonly beside: string } | undefined {
    const [output] = layer.outputs as [string];
    const sum = this.#pruned.nodes.find((node) => node.inputs.includes(output));
    if (!sum || !isOp(sum, "add") || countReaders(this.#pruned).get(output) !== 1) return undefined;
    const place = sum.inputs.indexOf(output);
    const same = this.#dense.nodes.find(({ name }) => name === sum.name);
    if (same?.inputs[place] !== own) return undefined;
    const dense = this.#standIns.get(sum.outputs[0]!) ?? same.outputs[0]!;
    return { dense, beside: sum.inputs[1 - place]! };
  }
}

const dependsOn = (graph: Graph, value: string, layers: ReadonlySet<string>): boolean =>
  neededNodes(graph.nodes, [value]).some(({ name }) => layers.has(name));

/**
 * For each pruned value that all its readers read in place of one and the same other value: that one. A gather in front of a layer
 * that reads a part of what it did counts as that layer.
 */
function standInsOf(dense: Graph, pruned: Graph): Map<string, string> {
  const sources = new Map(dense.nodes.map(({ name, inputs }) => [name, inputs]));
  const wanted = new Map<string, Set<string>>();
  const want = (value: string, other: string) => wanted.set(value, (wanted.get(value) ?? new Set()).add(other));
  const gathered = new Map<string, string>();
  for (const node of pruned.nodes) {
    const { name, inputs, outputs } = node;
    if (isOp(node, "gather") && !sources.has(name)) {
      gathered.set(outputs[0]!, inputs[0]!);
      continue;
    }
    inputs.forEach((input, i) => {
      if (!pruned.constants.has(input)) want(gathered.get(input) ?? input, sources.get(name)?.[i] ?? input);
    });
  }
  pruned.outputs.forEach((name) => want(name, name));
  const single = [...wanted].filter(([value, others]) => others.size === 1 && !others.has(value));
  const standIns = new Map(single.map(([value, others]) => [value, [...others][0]!]));
  for (const value of [...standIns.keys()].reverse()) passBack(pruned, standIns, value);
  return standIns;
}

/** Behind an activation that changes nothing a second time: what stands there for something in front of the same one should do so in front of it. */
function passBack(graph: Graph, standIns: Map<string, string>, value: string): void {
  const made = producers(graph).get(value);
  if (!made || !opOf(made).idempotent || made.inputs.length !== 1) return;
  const [source] = made.inputs as [string];
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(value));
  const isAgain = ({ op, attrs }: Node) => op === made.op && JSON.stringify(attrs) === JSON.stringify(made.attrs);
  if (readers.every(isAgain) && countReaders(graph).get(source) === 1) standIns.set(source, standIns.get(value)!);
}
