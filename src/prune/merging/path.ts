/** The way that a unit's channels take from the layer that makes them to a layer that reads them. */
import { producers } from "../../graph/edit.js";
import type { Node } from "../../graph/graph.js";
import { isFilterLayer } from "../../ops/filter-layer.js";
import { isOp } from "../../ops/index.js";
import type { Unit, UnitMap } from "../units.js";

/** Operators that lead channels on without making other numbers of them than sums and choices of their own. */
const LEADING = [
  "identity",
  "flatten",
  "reshape",
  "max-pool",
  "average-pool",
  "global-average-pool",
  "concat",
] as const;

export const leadsOn = (node: Node): boolean => LEADING.some((op) => isOp(node, op));

/**
 * The nodes back from a value, the one that gives it first, up to a layer with filters. Shorter where the channels come from
 * several values at once, or from the picture.
 */
export function pathTo({ graph, channels }: UnitMap, unit: Unit, value: string): Node[] {
  const made = producers(graph);
  const holds = (name: string) =>
    channels.atoms.get(name)!.some((atoms) => atoms?.some((atom) => channels.rootOf(atom) === unit.roots[0]));
  const path: Node[] = [];
  for (let name: string | undefined = value; name !== undefined;) {
    const node = made.get(name);
    if (!node) break;
    path.push(node);
    if (isFilterLayer(node)) break;
    const inputs: string[] = node.inputs.filter((input) => !graph.constants.has(input) && holds(input));
    name = inputs.length === 1 ? inputs[0] : undefined;
  }
  return path;
}
