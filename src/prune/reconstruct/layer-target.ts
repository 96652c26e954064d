/** What a layer should compute, from moments of what it reads and should give. */
import type { Graph } from "../../graph/graph.js";
import { isPositiveDefinite, withRidge } from "../../linalg/decompose.js";
import { fitRidge } from "../../linalg/ridge.js";
import type { Centred } from "../../linalg/second-moments.js";
import { isOp } from "../../ops/index.js";
import type { Layer } from "../layers.js";
import type { FilterShape } from "../low-rank/stage.js";
import type { Target } from "../low-rank/target.js";
import { notesOn } from "../recover/fit-layer.js";

/** Added to the diagonal of the inputs' products, as a share of its mean. */
const RIDGE = 1e-3;
/** A channel that the next layer all but ignores counts this share of the one that it multiplies most. */
const LEAST_SCALE = 1e-3;

/** A filter as that of a convolution: a dense layer's is one of 1 x 1. */
export const filterShape = ({ filter: { shape } }: Pick<Layer, "filter">): FilterShape => [
  shape[0]!,
  shape[1]!,
  shape[2] ?? 1,
  shape[3] ?? 1,
];

/** The target where inputs were seen, and the bias that goes with a filter. */
export interface SeenTarget extends Target {
  readonly products: Float64Array;
  readonly biasFor: (filter: Float64Array) => Float64Array;
  /** What was in the way of it. */
  readonly notes: readonly string[];
}

/** `moments` are those of rows [inputs, wanted outputs]. */
export function seenTarget(graph: Graph, layer: Layer, moments: Centred): SeenTarget {
  const shape = filterShape(layer);
  const { width, mean } = moments;
  const inputs = width - shape[0];
  const fit = fitRidge(moments, inputs, layer.filter.data, RIDGE);
  return {
    shape,
    weights: fit.filter,
    products: inputProducts(moments, inputs, fit.ridge),
    scale: outputScale(graph, layer),
    biasFor: (filter) =>
      Float64Array.from({ length: shape[0] }, (_, o) => {
        let bias = mean[inputs + o]!;
        for (let i = 0; i < inputs; i++) bias -= filter[o * inputs + i]! * mean[i]!;
        return bias;
      }),
    notes: notesOn(layer.name, moments.count, [fit], RIDGE),
  };
}

/** Mean products of the inputs, with a ridge; more of it where rounding (of inputs that hardly vary) asks for it. */
function inputProducts({ products, width, count }: Centred, inputs: number, ridge: number): Float64Array {
  const means = new Float64Array(inputs * inputs);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < inputs; j++) means[i * inputs + j] = products[i * width + j]! / count;
  }
  for (let share = ridge; ; share *= 10) {
    const ridged = withRidge(means, inputs, share);
    if (isPositiveDefinite(ridged, inputs)) return ridged;
  }
}

/** The layer's own weights, all inputs alike. */
export function weightsTarget(graph: Graph, layer: Layer): Target {
  const weights = Float64Array.from(layer.filter.data);
  return { shape: filterShape(layer), weights, products: undefined, scale: outputScale(graph, layer) };
}

/** What a batch norm behind the layer multiplies each output by; 1 where there is none. */
export function outputScale(graph: Graph, { node, filter }: Pick<Layer, "node" | "filter">): Float64Array {
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(node.outputs[0]!));
  const [reader] = readers;
  const scale = new Float64Array(filter.shape[0]!).fill(1);
  if (readers.length !== 1 || !isOp(reader, "batch-norm")) return scale;
  const [gamma, , , variance] = reader.inputs.slice(1).map((name) => graph.constants.get(name)?.data);
  if (!gamma || !variance) return scale;
  const factors = scale.map((_, o) => Math.abs(gamma[o]!) / Math.sqrt(variance[o]! + reader.attrs.epsilon));
  const most = Math.max(...factors);
  return most > 0 ? factors.map((factor) => Math.max(factor, LEAST_SCALE * most)) : scale;
}
