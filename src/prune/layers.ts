/** Layers with weights that edits may touch: convolutions and dense layers with constant filters. */
import { RequestError } from "../errors.js";
import { type Graph, type Shape, sizeOf } from "../graph/graph.js";
import { isOp } from "../ops/index.js";
import { nodeMacs } from "../ops/walk.js";
import type { Filtered } from "./edits/edit.js";
import { matchesPattern, type UnitMap } from "./units.js";

/** A filter, and the node that reads it first. */
export interface Layer extends Filtered {
  readonly name: string;
  /** How many nodes read the filter. */
  readonly readers: number;
  /** Multiply-adds that each weight costs, over all nodes that read the filter. */
  readonly macsPerWeight: number;
  /** Whether a residual add couples its output channels. */
  readonly residual: boolean;
}

/** All of them, in running order. A filter that nodes of other kinds read, too, is none. */
export function findLayers({ graph, units }: UnitMap, shapes: ReadonlyMap<string, Shape>): Layer[] {
  const readers = readersOf(graph);
  const residual = new Set(units.filter((unit) => unit.residual).flatMap(({ producers }) => producers));
  const seen = new Set<string>();
  return graph.nodes.flatMap((node): Layer[] => {
    if (!isOp(node, "conv") && !isOp(node, "gemm")) return [];
    const constant = node.inputs[1]!;
    const filter = graph.constants.get(constant);
    if (!filter || seen.has(constant) || readers.get(constant) === undefined) return [];
    seen.add(constant);
    const macs = readers.get(constant)!.reduce((sum, reader) => sum + nodeMacs(reader, shapes, () => undefined), 0);
    const macsPerWeight = macs / sizeOf(filter.shape);
    return [
      {
        name: node.name,
        node,
        constant,
        filter,
        readers: readers.get(constant)!.length,
        macsPerWeight,
        residual: residual.has(node.name),
      },
    ];
  });
}

/** The nodes that read each constant as their filter; undefined for a constant that is read as something else, too. */
function readersOf(graph: Graph): Map<string, Graph["nodes"][number][] | undefined> {
  const readers = new Map<string, Graph["nodes"][number][] | undefined>();
  for (const node of graph.nodes) {
    node.inputs.forEach((name, i) => {
      const asFilter = i === 1 && (isOp(node, "conv") || isOp(node, "gemm"));
      const known = readers.has(name) ? readers.get(name) : [];
      readers.set(name, asFilter && known ? [...known, node] : undefined);
    });
  }
  return readers;
}

/** Layers by `--only`: "inner" are those whose outputs no residual add couples, else a pattern of names. Throws a `RequestError` if none fits. */
export function selectLayers(layers: readonly Layer[], only: string | undefined): Layer[] {
  const chosen = layers.filter((layer) => (only === "inner" ? !layer.residual : matchesPattern(layer.name, only)));
  if (chosen.length > 0) return chosen;
  throw new RequestError(`no layer fits "${only}"; there are: ${layers.map(({ name }) => name).join(", ")}`, "--only");
}
