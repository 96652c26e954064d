import { RequestError } from "../../errors.js";
import { allNames, dropUnused, freshName } from "../../graph/edit.js";
import { sizeOf, type Tensor } from "../../graph/graph.js";
import { isOp, makeNode } from "../../ops/index.js";
import { type EditKind, type EditOf, filteredNode, isIncreasing } from "./edit.js";

/** Input channels that a convolution still reads. Whoever writes or reads them besides is untouched. */
export interface ReadsEdit extends EditOf<"reads"> {
  /** How many there were. */
  readonly width: number;
  readonly channels: readonly number[];
}

export const reads: EditKind<ReadsEdit> = {
  kind: "reads",
  form: "{node, width: input channels, channels: [increasing numbers of those that stay]}",
  fits: ({ width, channels }) => Number.isSafeInteger(width) && isIncreasing(channels),

  check({ node: name, width, channels }, graph) {
    const { node, filter } = filteredNode(graph, name);
    if (!isOp(node, "conv") || node.attrs.groups !== 1)
      throw new RequestError("expected a convolution in one group, so that all filters read all channels", name);
    if (filter.shape[1] !== width) {
      throw new RequestError(
        `reads ${filter.shape[1]} channels here, ${width} in the plan; the plan is another network's`,
        name,
      );
    }
    if (channels.length === 0) throw new RequestError("the plan leaves no channel to read", name);
    if (channels.at(-1)! >= width) throw new RequestError(`channel ${channels.at(-1)} of ${width}`, name);
  },

  apply({ node: name, channels }, graph) {
    const { node, constant, filter } = filteredNode(graph, name);
    const taken = allNames(graph);
    const [gathered, narrow] = [freshName(`${name}.reads`, taken), freshName(`${constant}.reads`, taken)];
    const gather = makeNode("gather", { axis: 1, indices: channels }, [node.inputs[0]!], gathered);
    const reader = { ...node, inputs: [gathered, narrow, ...node.inputs.slice(2)] };
    const nodes = graph.nodes.flatMap((other) => (other === node ? [gather, reader] : [other]));
    return dropUnused({
      ...graph,
      nodes,
      constants: new Map(graph.constants).set(narrow, inputSlices(filter, channels)),
    });
  },

  masked({ node: name, channels }, graph) {
    const { node, constant, filter } = filteredNode(graph, name);
    const silent = freshName(`${constant}.silent`, allNames(graph));
    const reader = { ...node, inputs: [node.inputs[0]!, silent, ...node.inputs.slice(2)] };
    const nodes = graph.nodes.map((other) => (other === node ? reader : other));
    return dropUnused({ ...graph, nodes, constants: new Map(graph.constants).set(silent, silenced(filter, channels)) });
  },
};

function inputSlices({ shape, data }: Tensor, channels: readonly number[]): Tensor {
  const inner = sizeOf(shape.slice(2));
  const narrow = new Float32Array(shape[0]! * channels.length * inner);
  for (let o = 0, at = 0; o < shape[0]!; o++) {
    for (const channel of channels) {
      const from = (o * shape[1]! + channel) * inner;
      narrow.set(data.subarray(from, from + inner), at);
      at += inner;
    }
  }
  return { shape: shape.with(1, channels.length), data: narrow };
}

function silenced({ shape, data }: Tensor, channels: readonly number[]): Tensor {
  const inner = sizeOf(shape.slice(2));
  const stays = new Set(channels);
  const at = (i: number) => Math.floor(i / inner) % shape[1]!;
  return { shape, data: Float32Array.from(data, (weight, i) => (stays.has(at(i)) ? weight : 0)) };
}
