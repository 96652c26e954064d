/** Second moments of the layers of one network, whose outputs are what its own weights make of its inputs. */
import type { Graph } from "../../graph/graph.js";
import { dot, multiply, multiplyTransposed } from "../../linalg/products.js";
import { type Centred, joinMoments } from "../../linalg/second-moments.js";
import type { Samples } from "../segments.js";
import { LayerMoments } from "./collect.js";
import { type FittedLayer, fittedLayer } from "./fitted-layer.js";
import { POSITIONS, type WalkOptions } from "./part-walk.js";
import { divide, type Part } from "./parts.js";
import { positionsOf } from "./positions.js";
import { SampleStream } from "./stream.js";

export interface MeasuredLayer {
  readonly layer: FittedLayer;
  /** Of rows [inputs, outputs], for each group of channels. */
  readonly moments: readonly Centred[];
}

/** The layers of these names, all in one run over the samples. */
export async function denseMoments(
  graph: Graph,
  names: ReadonlySet<string>,
  samples: Samples,
  options: WalkOptions,
): Promise<Map<string, MeasuredLayer>> {
  const { own, other } = divide(samples, options.runner.helper);
  const { positions, keptBytes } = options;
  const [some, rest] = await Promise.all([
    inputMoments(graph, [...names], own, options),
    other?.helper.inputMoments(graph, [...names], other.part, { positions, keptBytes }),
  ]);
  return new Map(
    layersOf(graph, [...names]).map((layer, l) => {
      const groups = some[l]!.map((group, g) => (rest ? joinMoments(group, rest[l]![g]!) : group));
      return [layer.name, { layer, moments: groups.map((group, g) => withOwnOutputs(group, layer, g)) }];
    }),
  );
}

/** In running order. */
const layersOf = (graph: Graph, names: readonly string[]): FittedLayer[] =>
  graph.nodes.filter(({ name }) => names.includes(name)).map((node) => fittedLayer(graph, node)!);

/** What the layers of these names read, in running order: for each the moments of each of its groups. */
export async function inputMoments(
  graph: Graph,
  names: readonly string[],
  samples: Part,
  { runner, moments, positions = POSITIONS, keptBytes, onProgress }: WalkOptions,
): Promise<Centred[][]> {
  const layers = layersOf(graph, names);
  const collected = layers.map((layer) => new LayerMoments({ ...layer, outputs: 0 }, moments));
  const nothing = new Float32Array(0);
  const stream = new SampleStream(graph, samples, runner, keptBytes);
  const inputs = layers.map(({ node }) => node.inputs[0]!);
  await stream.stop([...new Set(inputs)], [], (value, sample) => {
    layers.forEach((layer, l) => {
      const drawn = positionsOf(layer, samples.first + sample, positions);
      collected[l]!.add(value(inputs[l]!), drawn, nothing);
    });
    onProgress?.(sample + 1, samples.count);
  });
  return collected.map((layer) => layer.read());
}

/** Moments of [inputs, outputs] from those of the inputs. */
function withOwnOutputs(inputs: Centred, layer: FittedLayer, group: number): Centred {
  const { width, outputs, filter, bias } = layer;
  const all = width + outputs;
  const rows = Float64Array.from(filter.data.subarray(group * outputs * width, (group + 1) * outputs * width));
  const shared = multiply(rows, inputs.products, outputs);
  const own = multiplyTransposed(shared, rows, outputs);
  const products = new Float64Array(all * all);
  const mean = new Float64Array(all);
  mean.set(inputs.mean);
  for (let i = 0; i < width; i++) products.set(inputs.products.subarray(i * width, (i + 1) * width), i * all);
  for (let o = 0; o < outputs; o++) {
    const row = (width + o) * all;
    mean[width + o] =
      (bias?.data[group * outputs + o] ?? 0) + dot(rows.subarray(o * width, (o + 1) * width), inputs.mean);
    products.set(shared.subarray(o * width, (o + 1) * width), row);
    products.set(own.subarray(o * outputs, (o + 1) * outputs), row + width);
    for (let i = 0; i < width; i++) products[i * all + width + o] = shared[o * width + i]!;
  }
  return { width: all, count: inputs.count, mean, products };
}
