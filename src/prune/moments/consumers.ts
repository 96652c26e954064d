/** The layers that read a unit's channels, as least-squares problems of which each channel is a block of inputs. */
import type { Graph } from "../../graph/graph.js";
import type { Problem } from "../../linalg/elimination.js";
import { scarceRidge } from "../../linalg/ridge.js";
import type { Centred } from "../../linalg/second-moments.js";
import { isOp } from "../../ops/index.js";
import type { Unit } from "../units.js";
import { type FittedLayer, fittedLayer } from "./fitted-layer.js";

export interface Consumer {
  readonly layer: string;
  /** By channel of the unit, the inputs of each group that are its own, in the order of the filter's row. */
  readonly blocks: readonly Int32Array[];
}

/** In running order. Layers that cannot be fitted, or whose filter others share, are left out. */
export function consumersOf(graph: Graph, unit: Unit): Consumer[] {
  const read = new Map(
    unit.owned.filter(({ role, axis }) => role === "consume" && axis === 1).map((own) => [own.constant, own]),
  );
  return graph.nodes.flatMap((node): Consumer[] => {
    const own = isOp(node, "conv") || isOp(node, "gemm") ? read.get(node.inputs[1]!) : undefined;
    if (!own || !fittedLayer(graph, node)) return [];
    const taps = own.tensor.shape.slice(2).reduce((product, size) => product * size, 1);
    const blocks = own.slices.map((slices) =>
      Int32Array.from(slices.flatMap((slice) => Array.from({ length: taps }, (_, t) => slice * taps + t))),
    );
    return [{ layer: node.name, blocks }];
  });
}

/** One problem for each group of the layer. An error is what an output position loses on average, over all outputs. */
export function problemsOf(
  layer: FittedLayer,
  moments: readonly Centred[],
  blocks: readonly Int32Array[],
  ridge: number,
): Problem[] {
  return moments.map((group, g) => problemOf(layer, group, g, blocks, ridge));
}

function problemOf(
  layer: FittedLayer,
  moments: Centred,
  group: number,
  blocks: readonly Int32Array[],
  ridge: number,
): Problem {
  const { width: inputs, outputs } = layer;
  const { width, count } = moments;
  const start = layer.filter.data.subarray(group * outputs * inputs, (group + 1) * outputs * inputs);
  const products = new Float64Array(inputs * inputs);
  const targets = new Float64Array(inputs * outputs);
  let trace = 0;
  for (let i = 0; i < inputs; i++) {
    products.set(moments.products.subarray(i * width, i * width + inputs), i * inputs);
    targets.set(moments.products.subarray(i * width + inputs, (i + 1) * width), i * outputs);
    trace += products[i * (inputs + 1)]!;
  }
  const added = (scarceRidge(ridge, count, inputs) * trace) / inputs;
  for (let i = 0; i < inputs; i++) {
    products[i * (inputs + 1)]! += added;
    for (let o = 0; o < outputs; o++) targets[i * outputs + o]! += added * start[o * inputs + i]!;
  }
  return { inputs, outputs, products, targets, weight: 1 / Math.max(1, count), blocks };
}
