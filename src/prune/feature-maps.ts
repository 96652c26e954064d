/** The planes that a unit's channels are: what its layers give, behind batch norm, sum and activation. */
import type { Graph, Node, Shape } from "../graph/graph.js";
import { sameShape } from "../graph/graph.js";
import { isFilterLayer } from "../ops/filter-layer.js";
import type { Unit, UnitMap } from "./units.js";

export interface FeatureMaps {
  /** Gives the planes as its first output. */
  readonly node: Node;
  readonly rows: number;
  readonly columns: number;
  /** By channel of the unit: the numbers of its planes. */
  readonly planes: readonly (readonly number[])[];
}

/** The filter layers through whose outputs a unit's channels go: those that make them, and depthwise ones. */
export function layersOfUnit({ graph, channels }: UnitMap, unit: Unit): Node[] {
  return graph.nodes.filter(
    (node) =>
      isFilterLayer(node) &&
      channels.atoms
        .get(node.outputs[0]!)!
        .some((atoms) => atoms?.some((atom) => channels.rootOf(atom) === unit.roots[0])),
  );
}

/** Along which axis of a value a unit's channels lie, and where along it each of them. */
export function placesOf({ channels }: UnitMap, unit: Unit, value: string): { axis: number; places: number[][] } {
  const roots = channels.atoms.get(value)!.map((atoms) => Array.from(atoms ?? [], (atom) => channels.rootOf(atom)));
  const axis = roots.findIndex((list) => list.includes(unit.roots[0]!));
  return { axis, places: unit.roots.map((root) => roots[axis]!.flatMap((other, at) => (other === root ? [at] : []))) };
}

/** One for each producer whose output is planes of channels, or a number a channel. */
export function featureMapsOf(map: UnitMap, unit: Unit, shapes: ReadonlyMap<string, Shape>): FeatureMaps[] {
  const makers = map.graph.nodes.filter(({ name }) => unit.producers.includes(name));
  const nodes = new Set(makers.map((maker) => behind(map.graph, maker, shapes)));
  return [...nodes].flatMap((node): FeatureMaps[] => {
    const shape = shapes.get(node.outputs[0]!)!;
    const { axis, places } = placesOf(map, unit, node.outputs[0]!);
    if (axis !== 1 || shape[0] !== 1) return [];
    const [rows = 1, columns = 1] = shape.slice(2);
    return [{ node, rows, columns, planes: places }];
  });
}

/** The last of the elementwise nodes that alone read one another. */
function behind(graph: Graph, node: Node, shapes: ReadonlyMap<string, Shape>): Node {
  const output = node.outputs[0]!;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(output));
  const [next] = readers;
  if (readers.length !== 1 || graph.outputs.includes(output) || !next || isFilterLayer(next)) return node;
  return sameShape(shapes.get(next.outputs[0]!)!, shapes.get(output)!) ? behind(graph, next, shapes) : node;
}
