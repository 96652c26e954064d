/** What makes a channel what it is: its filters and parameters, with batch norms folded into them. */
import type { Graph, Node } from "../../graph/graph.js";
import { isOp } from "../../ops/index.js";
import { elementsOf, type OwnedSlices, type Unit, type UnitMap } from "../units.js";
import { leadsOn, pathTo } from "./path.js";
import { normBehind, type Reader } from "./readers.js";

export interface FilterRows {
  /** By channel: two channels with the same rows are the same. */
  readonly rows: readonly Float64Array[];
  /**
   * By channel what its row was divided by: the length of its filter where channels that are multiples of one another stay so up
   * to the readers; 1 elsewhere, and for a filter of zeros.
   */
  readonly scales: Float64Array;
  /** By channel the number that it always gives, where its filter is all zeros; undefined elsewhere. */
  readonly constants: readonly (number | undefined)[];
}

export function filterRows(map: UnitMap, unit: Unit, readers: readonly Reader[]): FilterRows {
  const used = new Set<string>();
  const made = unit.owned.flatMap((owned) => {
    const layer = owned.role === "produce" ? layerOf(map, owned) : undefined;
    return layer ? [{ ...foldedRows(map.graph, owned, layer, used), layer }] : [];
  });
  const others = unit.owned.filter(({ role, constant }) => role !== "consume" && !used.has(constant));
  const raw = others.map((owned) => owned.slices.map((slices) => elementsOf(owned, slices)));
  const activation =
    made.length === 1 && others.length === 0 ? activationOf(map, unit, readers, made[0]!.layer) : undefined;
  const lengths = made.length === 1 ? made[0]!.filters.map(lengthOf) : [];
  const scales = Float64Array.from({ length: unit.width }, (_, c) => (activation && lengths[c]) || 1);
  return {
    scales,
    constants: unit.roots.map((_, c) => {
      const alone = activation && lengths[c] === 0 && made[0]!.biases[c]!.length === 1;
      return alone ? activation(made[0]!.biases[c]![0]!) : undefined;
    }),
    rows: unit.roots.map((_, c) => {
      const parts = [
        ...made.flatMap(({ filters, biases }) => [filters[c]!, biases[c]!]),
        ...raw.map((list) => list[c]!),
      ];
      return concatenated(parts).map((value) => value / scales[c]!);
    }),
  };
}

/** The convolution or dense layer that a filter makes channels for. */
function layerOf({ graph, channels }: UnitMap, { constant, axis }: OwnedSlices): Node | undefined {
  const owner = channels.owners.find((other) => other.constant === constant && other.axis === axis);
  const layer = graph.nodes.find(({ name }) => name === owner?.node);
  return isOp(layer, "conv") || isOp(layer, "gemm") ? layer : undefined;
}

/** Filters and biases by channel, times what a batch norm behind them makes of them. What they are made of is added to `used`. */
function foldedRows(graph: Graph, owned: OwnedSlices, layer: Node, used: Set<string>) {
  const norm = normBehind(graph, layer);
  const bias = graph.constants.get(layer.inputs[2] ?? "");
  const reader = norm && graph.nodes.find(({ inputs }) => inputs[0] === layer.outputs[0]);
  [...layer.inputs.slice(1), ...(reader?.inputs.slice(1) ?? [])].forEach((name) => used.add(name));
  const gain = (slice: number) => norm?.scale[slice] ?? 1;
  return {
    filters: owned.slices.map((slices) =>
      concatenated(slices.map((slice) => elementsOf(owned, [slice]).map((value) => value * gain(slice)))),
    ),
    biases: owned.slices.map((slices) =>
      Float64Array.from(slices, (slice) => (bias?.data[slice] ?? 0) * gain(slice) + (norm?.shift[slice] ?? 0)),
    ),
  };
}

/**
 * What is done to the layer's numbers on the way to every reader, if positive multiples stay multiples: nothing, or a ReLU.
 * Undefined where something else is done, or not the same for all readers.
 */
function activationOf(
  map: UnitMap,
  unit: Unit,
  readers: readonly Reader[],
  layer: Node,
): ((x: number) => number) | undefined {
  const isFolded = normBehind(map.graph, layer) !== undefined;
  const ways = readers.map(({ value }) => {
    const path = pathTo(map, unit, value);
    if (path.at(-1) !== layer) return undefined;
    const between = path.slice(0, isFolded ? -2 : -1);
    const relus = between.filter(isRelu);
    return between.every((node) => isRelu(node) || leadsOn(node)) ? relus.length > 0 : undefined;
  });
  const [rectified] = ways;
  if (rectified === undefined || ways.some((way) => way !== rectified)) return undefined;
  return rectified ? (x) => Math.max(x, 0) : (x) => x;
}

const isRelu = (node: Node) =>
  isOp(node, "relu") || (isOp(node, "clip") && node.attrs.min === 0 && node.attrs.max === Infinity);

function concatenated(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthOf(row: Float64Array): number {
  let sum = 0;
  for (const value of row) sum += value * value;
  return Math.sqrt(sum);
}
