/** Layers whose constant input 1 holds a filter for each output channel: what passes and recovery may scale. */
import type { Node, Tensor } from "../graph/graph.js";
import { isOp, type NodeOf } from "./index.js";

export type FilterLayer = NodeOf<"conv"> | NodeOf<"gemm"> | NodeOf<"transposed-conv">;

export function isFilterLayer(node: Node | undefined): node is FilterLayer {
  return isOp(node, "conv") || isOp(node, "gemm") || isOp(node, "transposed-conv");
}

/** How many output channels there are. */
export function filterChannels(node: FilterLayer, filter: Tensor): number {
  return isOp(node, "transposed-conv") ? node.attrs.groups * filter.shape[1]! : filter.shape[0]!;
}

/** The filter with the weights of each output channel multiplied by its factor. */
export function scaleFilter(node: FilterLayer, filter: Tensor, scale: ArrayLike<number>): Tensor {
  const channel = channelOf(node, filter);
  // A plain loop: a function for each element, by way of an iterator, takes thirty times as long.
  const data = new Float32Array(filter.data.length);
  for (let i = 0; i < data.length; i++) data[i] = filter.data[i]! * scale[channel(i)]!;
  return { shape: filter.shape, data };
}

/** The output channel that weight number i belongs to. */
function channelOf(node: FilterLayer, { shape, data }: Tensor): (i: number) => number {
  if (!isOp(node, "transposed-conv")) {
    const perChannel = data.length / shape[0]!;
    return (i) => Math.floor(i / perChannel);
  }
  const [, ocg, kh, kw] = shape as [number, number, number, number];
  const perGroup = data.length / node.attrs.groups;
  return (i) => Math.floor(i / perGroup) * ocg + (Math.floor(i / (kh * kw)) % ocg);
}
