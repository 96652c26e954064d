import { RequestError } from "../../errors.js";
import { formatShape, type Graph, sameShape, sizeOf, type Tensor } from "../../graph/graph.js";
import { isOp } from "../../ops/index.js";
import { packBits, unpackBits } from "./bitmap.js";
import { type EditKind, type EditOf, type Filtered, filteredNode } from "./edit.js";

/** Weights of a convolution or dense layer that stay; the others become 0. */
export interface MaskEdit extends EditOf<"mask"> {
  /** Of the filter, when the plan was made. */
  readonly shape: readonly number[];
  /** How many neighbouring output channels share a bit; the last of them may be fewer. */
  readonly block: number;
  /** Bits, as base64, over [ceil(shape[0] / block), ...rest of the shape]: 1 where weights stay. */
  readonly kept: string;
}

/** Filters that several nodes share lose weights in all of them. */
export const mask: EditKind<MaskEdit> = {
  kind: "mask",
  form: "{node, shape: [sizes of the filter], block: output channels that share a bit, kept: bits as base64}",

  fits: ({ shape, block, kept }) =>
    Array.isArray(shape) &&
    shape.every((size) => Number.isSafeInteger(size) && size > 0) &&
    Number.isSafeInteger(block) &&
    (block as number) >= 1 &&
    typeof kept === "string",

  check(edit, graph) {
    const { constant, filter } = filteredNode(graph, edit.node);
    if (!sameShape(filter.shape, edit.shape)) {
      const shapes = `${formatShape(filter.shape)} here, ${formatShape(edit.shape)} in the plan`;
      throw new RequestError(`the filter is ${shapes}; the plan is another network's`, edit.node);
    }
    if (edit.block > filter.shape[0]!)
      throw new RequestError(`block ${edit.block} of ${filter.shape[0]} output channels`, edit.node);
    const bits = unpackBits(edit.kept, bitCount(edit));
    if (!bits) throw new RequestError(`expected ${bitCount(edit)} bits as base64 in kept`, edit.node);
    if (!bits.includes(1)) throw new RequestError("the mask keeps no weight", edit.node);
    const other = graph.nodes.find(
      (node) => node.inputs.includes(constant) && !(isFiltered(graph, node.name) && node.inputs[1] === constant),
    );
    if (other) throw new RequestError(`shares its filter with ${other.name}, a ${other.op}`, edit.node);
  },

  apply(edit, graph) {
    const { constant, filter } = filteredNode(graph, edit.node);
    return { ...graph, constants: new Map(graph.constants).set(constant, maskTensor(edit, filter)) };
  },

  masked: (edit, graph) => mask.apply(edit, graph),
};

const isFiltered = (graph: Graph, name: string) =>
  graph.nodes.some((node) => node.name === name && (isOp(node, "conv") || isOp(node, "gemm")));

const bitCount = ({ shape, block }: MaskEdit) => Math.ceil(shape[0]! / block) * sizeOf(shape.slice(1));

function maskTensor(edit: MaskEdit, { shape, data }: Tensor): Tensor {
  const bits = unpackBits(edit.kept, bitCount(edit))!;
  const inner = sizeOf(shape.slice(1));
  const masked = Float32Array.from(data);
  for (let i = 0; i < masked.length; i++) {
    if (!bits[Math.floor(i / inner / edit.block) * inner + (i % inner)]) masked[i] = 0;
  }
  return { shape, data: masked };
}

/** The edit that keeps what these bits say; undefined where that changes nothing. */
export function maskEdit(
  { node, filter }: Pick<Filtered, "node" | "filter">,
  block: number,
  bits: Uint8Array,
): MaskEdit | undefined {
  const edit: MaskEdit = { kind: "mask", node: node.name, shape: filter.shape, block, kept: packBits(bits) };
  const { data } = maskTensor(edit, filter);
  return data.some((value, i) => value !== filter.data[i]) ? edit : undefined;
}
