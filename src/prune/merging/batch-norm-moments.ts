/** Means and products of channels where layers read them, as far as batch norms tell: no picture is looked at. */
import { producers } from "../../graph/edit.js";
import type { Graph, Node } from "../../graph/graph.js";
import { isOp } from "../../ops/index.js";
import type { Unit, UnitMap } from "../units.js";
import type { ChannelMoments } from "./channel-moments.js";
import { type Clamp, clampedMean, clampedProduct, type Normal } from "./rectified-normal.js";
import { leadsOn, pathTo } from "./path.js";
import type { Reader } from "./readers.js";

/** A batch norm, and what lies between it and a reader. */
interface Source {
  readonly norm: Node;
  readonly clamp: Clamp;
}

/**
 * The moments if batch norms' outputs are normally distributed with mean beta and deviation |gamma|, and as correlated as the
 * filters in front of them are alike (the cosine of their angle; 0 behind other layers). Undefined where no batch norm stands,
 * or something else than clamps and pooling stands between it and the reader.
 */
export function momentsOfNorms(map: UnitMap, unit: Unit, reader: Reader): ChannelMoments | undefined {
  const source = sourceOf(map, unit, reader.value);
  if (!source) return undefined;
  const { norm, clamp } = source;
  const [gamma, beta] = norm.inputs.slice(1, 3).map((name) => map.graph.constants.get(name)!.data);
  const atoms = [...map.channels.atoms.get(norm.outputs[0]!)![1]!].map((atom) => map.channels.rootOf(atom));
  const places = unit.roots.map((root) => atoms.indexOf(root));
  const normals = places.map((c): Normal => ({ mean: beta![c]!, deviation: Math.abs(gamma![c]!) }));
  const correlation = correlationOf(map.graph, norm, places, gamma!);
  const width = unit.width;
  const products = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      const product = clampedProduct(normals[i]!, normals[j]!, i === j ? 1 : correlation(i, j), clamp);
      products[i * width + j] = product;
      products[j * width + i] = product;
    }
  }
  return { mean: Float64Array.from(normals, (normal) => clampedMean(normal, clamp)), products };
}

/** Goes back from a value to the batch norm that its channels of the unit come from. */
function sourceOf(map: UnitMap, unit: Unit, value: string): Source | undefined {
  let clamp: Clamp = { low: -Infinity, high: Infinity };
  for (const node of pathTo(map, unit, value)) {
    if (isOp(node, "batch-norm")) {
      return node.inputs.slice(1).every((input) => map.graph.constants.has(input)) ? { norm: node, clamp } : undefined;
    }
    const step = clampOf(node);
    if (!step && !leadsOn(node)) return undefined;
    if (step) clamp = { low: into(step.low, clamp), high: into(step.high, clamp) };
  }
  return undefined;
}

function clampOf(node: Node): Clamp | undefined {
  if (isOp(node, "relu")) return { low: 0, high: Infinity };
  return isOp(node, "clip") ? { low: node.attrs.min, high: node.attrs.max } : undefined;
}

const into = (x: number, { low, high }: Clamp) => Math.min(Math.max(x, low), high);

/** Of two channels of the unit: the cosine of the angle between the filters that the batch norm stands behind. */
function correlationOf(graph: Graph, norm: Node, places: readonly number[], gamma: ArrayLike<number>) {
  const layer = producers(graph).get(norm.inputs[0]!);
  const filter = graph.constants.get(layer?.inputs[1] ?? "");
  const isWhole = isOp(layer, "gemm") || (isOp(layer, "conv") && layer.attrs.groups === 1);
  if (!filter || !isWhole) return () => 0;
  const size = filter.data.length / filter.shape[0]!;
  const row = (i: number) => filter.data.subarray(places[i]! * size, (places[i]! + 1) * size);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[k]! * b[k]!;
    return sum;
  };
  const lengths = places.map((_, i) => Math.sqrt(dot(row(i), row(i))));
  return (i: number, j: number) => {
    const length = lengths[i]! * lengths[j]!;
    const sign = Math.sign(gamma[places[i]!]! * gamma[places[j]!]!);
    return length === 0 ? 0 : sign * Math.max(-1, Math.min(1, dot(row(i), row(j)) / length)) || 0;
  };
}
