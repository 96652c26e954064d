import { RequestError } from "../../errors.js";
import { allNames, freshName } from "../../graph/edit.js";
import { formatShape, type Graph, type Node, sameShape, type Tensor } from "../../graph/graph.js";
import { isOp, makeNode } from "../../ops/index.js";
import { type EditKind, type EditOf, filteredNode, isIncreasing } from "./edit.js";

/**
 * Input channels of a convolution or dense layer that are folded into others: where channel `from` is close to factor * `into` +
 * rest, the layer reads `into` with more weight instead, and the rest goes into its bias. A grouped convolution's channels count
 * within their group, and are folded in all groups alike.
 */
export interface MergeEdit extends EditOf<"merge"> {
  /** Of the filter, when the plan was made. */
  readonly shape: readonly number[];
  /** Channels that are read no more, increasing. */
  readonly from: readonly number[];
  /** For each of them the channel that it is folded into; none of these is in `from`. */
  readonly into: readonly number[];
  readonly factors: readonly number[];
  readonly rests: readonly number[];
}

/** What the rest leaves is exact except where a window reaches into zero padding. */
export const merge: EditKind<MergeEdit> = {
  kind: "merge",
  form: "{node, shape: [sizes of the filter], from: [increasing input channels], into: [channels], factors: [numbers], rests: [numbers]}",

  fits: ({ shape, from, into, factors, rests }) => {
    const lists = [into, factors, rests];
    return (
      isIncreasingShape(shape) &&
      isIncreasing(from) &&
      lists.every((list) => Array.isArray(list) && list.length === from.length && list.every(Number.isFinite))
    );
  },

  check(edit, graph) {
    const { node, constant, filter } = filteredNode(graph, edit.node);
    if (!sameShape(filter.shape, edit.shape)) {
      const shapes = `${formatShape(filter.shape)} here, ${formatShape(edit.shape)} in the plan`;
      throw new RequestError(`the filter is ${shapes}; the plan is another network's`, edit.node);
    }
    const width = filter.shape[1]!;
    const outside = [...edit.from, ...edit.into].find((c) => !Number.isSafeInteger(c) || c < 0 || c >= width);
    if (outside !== undefined) throw new RequestError(`reads ${width} channels, the plan says ${outside}`, edit.node);
    const folded = new Set(edit.from);
    const both = edit.into.find((channel) => folded.has(channel));
    if (both !== undefined) throw new RequestError(`channel ${both} is folded itself, and another into it`, edit.node);
    const reason = cannotMerge(graph, node, constant);
    if (reason !== undefined) throw new RequestError(reason, edit.node);
  },

  apply(edit, graph) {
    const { constant, filter } = filteredNode(graph, edit.node);
    const merged = { ...graph, constants: new Map(graph.constants).set(constant, mergedFilter(edit, filter)) };
    return addRest(edit, merged, filter);
  },

  /** The layer as it was, behind a layer that puts factor * `into` where `from` was. */
  masked(edit, graph) {
    const { node, filter } = filteredNode(graph, edit.node);
    const taken = allNames(graph);
    const [mixing, mixed] = [freshName(`${edit.node}:mixing`, taken), freshName(`${edit.node}:mixed`, taken)];
    const groups = isOp(node, "conv") ? node.attrs.groups : 1;
    const channels = groups * filter.shape[1]!;
    const shape = isOp(node, "conv") ? [channels, channels, 1, 1] : [channels, channels];
    const matrix = { shape, data: mixingMatrix(edit, filter.shape[1]!, groups) };
    const attrs = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;
    const inputs = [node.inputs[0]!, mixing];
    const mixer = isOp(node, "conv") ? makeNode("conv", attrs, inputs, mixed) : makeNode("gemm", {}, inputs, mixed);
    const nodes = graph.nodes.flatMap((other) =>
      other === node ? [mixer, { ...node, inputs: [mixed, ...node.inputs.slice(1)] }] : [other],
    );
    return addRest(edit, { ...graph, nodes, constants: new Map(graph.constants).set(mixing, matrix) }, filter);
  },
};

const isIncreasingShape = (shape: unknown) =>
  Array.isArray(shape) && shape.length >= 2 && shape.every((size) => Number.isSafeInteger(size) && size > 0);

/** Why the channels that a layer reads cannot be folded into one another; undefined where they can. */
export function cannotMerge(graph: Graph, node: Node, constant: string): string | undefined {
  const others = graph.nodes.filter((other) => other !== node && other.inputs.includes(constant));
  if (others.length > 0) return `shares its filter with ${others[0]!.name}`;
  const bias = node.inputs[2];
  if (bias !== undefined && !graph.constants.has(bias)) return "computes its bias";
  return undefined;
}

function mergedFilter({ from, into, factors }: MergeEdit, { shape, data }: Tensor): Tensor {
  const merged = Float64Array.from(data);
  const [outputs, width, ...window] = shape as [number, number, ...number[]];
  const taps = window.reduce((product, size) => product * size, 1);
  for (let o = 0; o < outputs; o++) {
    from.forEach((channel, k) => {
      const [source, target] = [(o * width + channel) * taps, (o * width + into[k]!) * taps];
      for (let t = 0; t < taps; t++) merged[target + t]! += factors[k]! * data[source + t]!;
      merged.fill(0, source, source + taps);
    });
  }
  return { shape, data: Float32Array.from(merged) };
}

/** [channels][channels]: 1 on the diagonal, and factors in the rows of folded channels. */
function mixingMatrix({ from, into, factors }: MergeEdit, width: number, groups: number): Float32Array {
  const channels = groups * width;
  const matrix = new Float32Array(channels * channels);
  for (let c = 0; c < channels; c++) matrix[c * channels + c] = 1;
  for (let first = 0; first < channels; first += width) {
    from.forEach((channel, k) => {
      const row = (first + channel) * channels;
      matrix[row + first + channel] = 0;
      matrix[row + first + into[k]!] = factors[k]!;
    });
  }
  return matrix;
}

/** What each output gets of the rests, through the filter as it was. */
function restOf({ from, rests }: MergeEdit, { shape, data }: Tensor): Float64Array {
  const [outputs, width, ...window] = shape as [number, number, ...number[]];
  const taps = window.reduce((product, size) => product * size, 1);
  return Float64Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    from.forEach((channel, k) => {
      const source = (o * width + channel) * taps;
      for (let t = 0; t < taps; t++) sum += rests[k]! * data[source + t]!;
    });
    return sum;
  });
}

/** Where a constant for each output of a layer can go: its bias, or the mean of the batch norm that alone reads it. */
export function roomForRest(graph: Graph, node: Node): { readonly node: Node; readonly input: number } | undefined {
  if (node.inputs.length > 2) return { node, input: 2 };
  const output = node.outputs[0]!;
  const readers = graph.nodes.filter((reader) => reader.inputs.includes(output));
  if (graph.outputs.includes(output) || readers.length !== 1 || !isOp(readers[0], "batch-norm")) return undefined;
  const [norm] = readers as [Node];
  const isFirst = norm.inputs[0] === output && norm.inputs.slice(1).every((name) => graph.constants.has(name));
  return isFirst && isOp(node, "conv") ? { node: norm, input: 3 } : undefined;
}

function addRest(edit: MergeEdit, graph: Graph, filter: Tensor): Graph {
  const rest = restOf(edit, filter);
  if (rest.every((value) => value === 0)) return graph;
  const { node } = filteredNode(graph, edit.node);
  const { node: holder, input } = roomForRest(graph, node) ?? { node, input: 2 };
  const name = holder.inputs[input];
  const held = graph.constants.get(name ?? "") ?? { shape: [rest.length], data: new Float32Array(rest.length) };
  const sign = input === 3 ? -1 : 1;
  const data = Float32Array.from(held.data, (value, o) => value + sign * rest[o]!);
  const own = name !== undefined && isReadOnce(graph, name);
  const target = own ? name : freshName(`${holder.name}.${input === 3 ? "mean" : "bias"}`, allNames(graph));
  const inputs = [...holder.inputs.slice(0, input), target, ...holder.inputs.slice(input + 1)];
  const nodes = graph.nodes.map((other) => (other === holder ? { ...holder, inputs } : other));
  const constants = new Map(graph.constants).set(target, { shape: held.shape, data });
  return { ...graph, nodes, constants };
}

const isReadOnce = (graph: Graph, name: string) =>
  graph.nodes.reduce((sum, { inputs }) => sum + inputs.filter((input) => input === name).length, 0) === 1;
