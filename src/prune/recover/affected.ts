/** Which layers of a pruned network are to be fitted again, and which would be if that were possible. */
import { countReaders } from "../../graph/edit.js";
import type { Graph, Node } from "../../graph/graph.js";
import { isFilterLayer } from "../../ops/filter-layer.js";
import type { FittedLayer } from "../moments/fitted-layer.js";
import { Targets } from "../moments/target.js";
import { fittableLayers } from "../moments/walk.js";

export interface Affected {
  /** In running order. */
  readonly layers: readonly FittedLayer[];
  /** What is passed by, and why. */
  readonly notes: readonly string[];
}

/**
 * Layers with other weights, attributes or inputs than in the dense network, or none there, those whose inputs come from such, and
 * those that should give something else.
 */
export function affectedLayers(dense: Graph, pruned: Graph): Affected {
  const readers = countReaders(pruned);
  const fittable = new Map(fittableLayers(dense, pruned).map((layer) => [layer.name, layer]));
  const originals = new Map(dense.nodes.map((node) => [node.name, node]));
  const targets = new Targets(dense, pruned);
  const affected = new Set<string>();
  const layers: FittedLayer[] = [];
  const passed = new Map<string, string[]>();
  for (const node of pruned.nodes) {
    const original = originals.get(node.name);
    const comesFromIt = node.inputs.some((name) => affected.has(name));
    const isSame = original && !isChanged(node, pruned, original, dense) && !targets.isMoved(node);
    if (!comesFromIt && isSame) continue;
    node.outputs.forEach((name) => affected.add(name));
    if (!isFilterLayer(node)) continue;
    const layer = fittable.get(node.name);
    const isShared = (readers.get(node.inputs[1]!) ?? 0) > 1;
    if (layer && !isShared) layers.push(layer);
    else {
      const why = reason(isShared, original);
      passed.set(why, [...(passed.get(why) ?? []), node.name]);
    }
  }
  return { layers, notes: [...passed].map(([why, names]) => `${listed(names)}: ${why}`) };
}

function isChanged(node: Node, pruned: Graph, original: Node, dense: Graph): boolean {
  if (JSON.stringify(original.attrs) !== JSON.stringify(node.attrs)) return true;
  return node.inputs.some((name, i) => {
    const before = dense.constants.get(original.inputs[i] ?? "")?.data;
    const after = pruned.constants.get(name)?.data;
    if (!before && !after) return name !== original.inputs[i];
    if (!before || !after) return true;
    return before.length !== after.length || before.some((value, at) => value !== after[at]);
  });
}

function reason(isShared: boolean, original: Node | undefined): string {
  if (!original) return "not in the dense network, so nothing says what they should give; left as they are";
  if (isShared) return "filters that several layers share are left as they are";
  return "no convolutions or dense layers with constant weights, one sample at a time; left as they are";
}

/** How many layers a note names. */
const NAMED = 3;

const listed = (names: readonly string[]) =>
  names.length > NAMED ? `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more` : names.join(", ");
