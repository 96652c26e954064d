/** What a layer of a pruned network should give: what the dense one's gives, and where a shortcut lost something, that too. */
import { countReaders } from "../../graph/edit.js";
import type { Graph, Node } from "../../graph/graph.js";
import { isOp } from "../../ops/index.js";

/** The values beside a layer's output in the residual sum that it goes into. */
export interface Shortcut {
  readonly dense: string;
  readonly pruned: string;
}

/**
 * The shortcut that a layer can make up for: what is added to its output (He et al. 2017, section 3.3, "multi-branch"), provided
 * that no layer of `pending`, which is fitted later, has a part in it.
 */
export function shortcutOf(
  dense: Graph,
  pruned: Graph,
  layer: Node,
  pending: ReadonlySet<string>,
): Shortcut | undefined {
  const output = layer.outputs[0]!;
  const join = pruned.nodes.find((node) => node.inputs.includes(output));
  if (!join || !isOp(join, "add") || countReaders(pruned).get(output) !== 1) return undefined;
  const place = join.inputs.indexOf(output);
  const same = dense.nodes.find(({ name }) => name === join.name);
  const denseLayer = dense.nodes.find(({ name }) => name === layer.name);
  if (!same || !denseLayer || same.inputs[place] !== denseLayer.outputs[0]) return undefined;
  const [other, denseOther] = [join.inputs[1 - place]!, same.inputs[1 - place]!];
  if (pruned.constants.has(other) || dependsOn(pruned, other, pending)) return undefined;
  return { dense: denseOther, pruned: other };
}

function dependsOn(graph: Graph, value: string, layers: ReadonlySet<string>): boolean {
  const needed = new Set([value]);
  return [...graph.nodes].reverse().some((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    node.inputs.forEach((name) => needed.add(name));
    return layers.has(node.name);
  });
}
