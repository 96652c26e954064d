import { RequestError } from "../../errors.js";
import { formatShape, sameShape, sizeOf } from "../../graph/graph.js";
import { withWeights } from "../moments/weights.js";
import { packBits, unpackBits } from "./bitmap.js";
import { type EditKind, type EditOf, type Filtered, filteredNode } from "./edit.js";
import { packNumbers, unpackNumbers } from "./numbers.js";

/** Other weights for a convolution or dense layer: those that stay, refitted, and a bias that makes up for those that went. */
export interface WeightsEdit extends EditOf<"weights"> {
  /** Of the filter, when the plan was made. */
  readonly shape: readonly number[];
  /** How many neighbouring output channels share a bit of `kept`; the last of them may be fewer. */
  readonly block: number;
  /** Bits, as base64, over [ceil(shape[0] / block), ...rest of the shape]: 1 where weights stay. */
  readonly kept: string;
  /** The weights that stay, in the filter's order: float32 as base64. */
  readonly filter: string;
  /** One number for each output channel, in the same way. */
  readonly bias: string;
}

/** Every node that reads the filter keeps it, but for the one that is named. */
export const weights: EditKind<WeightsEdit> = {
  kind: "weights",
  form: "{node, shape: [sizes of the filter], block: output channels that share a bit, kept: bits, filter: float32, bias: float32, all as base64}",

  fits: ({ shape, block, kept, filter, bias }) =>
    Array.isArray(shape) &&
    shape.every((size) => Number.isSafeInteger(size) && size > 0) &&
    Number.isSafeInteger(block) &&
    (block as number) >= 1 &&
    [kept, filter, bias].every((text) => typeof text === "string"),

  check(edit, graph) {
    const { filter } = filteredNode(graph, edit.node);
    if (!sameShape(filter.shape, edit.shape)) {
      const shapes = `${formatShape(filter.shape)} here, ${formatShape(edit.shape)} in the plan`;
      throw new RequestError(`the filter is ${shapes}; the plan is another network's`, edit.node);
    }
    const channels = filter.shape[0]!;
    if (edit.block > channels) throw new RequestError(`block ${edit.block} of ${channels} output channels`, edit.node);
    const kept = keptWeights(edit);
    if (!kept) throw new RequestError(`expected ${bitCount(edit)} bits as base64 in kept`, edit.node);
    const count = countOf(kept);
    if (count === 0) throw new RequestError("the mask keeps no weight", edit.node);
    if (!unpackNumbers(edit.filter, count))
      throw new RequestError(`expected ${count} finite float32 as base64 in filter`, edit.node);
    if (!unpackNumbers(edit.bias, channels))
      throw new RequestError(`expected ${channels} finite float32 as base64 in bias`, edit.node);
  },

  apply(edit, graph) {
    const { node } = filteredNode(graph, edit.node);
    const kept = keptWeights(edit)!;
    const numbers = unpackNumbers(edit.filter, countOf(kept))!;
    const [channels] = edit.shape as [number];
    let next = 0;
    const data = Float32Array.from(kept, (bit) => (bit ? numbers[next++]! : 0));
    const bias = unpackNumbers(edit.bias, channels)!;
    return withWeights(graph, node.name, { shape: edit.shape, data }, { shape: [channels], data: bias });
  },

  masked: (edit, graph) => weights.apply(edit, graph),
};

const bitCount = ({ shape, block }: Pick<WeightsEdit, "shape" | "block">) =>
  Math.ceil(shape[0]! / block) * sizeOf(shape.slice(1));

/** For each weight 1 where it stays; undefined where `kept` is not as many bits as there should be. */
function keptWeights(edit: WeightsEdit): Uint8Array | undefined {
  const bits = unpackBits(edit.kept, bitCount(edit));
  const inner = sizeOf(edit.shape.slice(1));
  return (
    bits &&
    Uint8Array.from(
      { length: sizeOf(edit.shape) },
      (_, i) => bits[Math.floor(i / inner / edit.block) * inner + (i % inner)]!,
    )
  );
}

const countOf = (bits: Uint8Array) => bits.reduce((sum, bit) => sum + bit, 0);

/** The edit that gives a layer these weights where `bits` are 1, over [ceil(output channels / block), ...rest], and this bias. */
export function weightsEdit(
  { node, filter: { shape } }: Pick<Filtered, "node" | "filter">,
  block: number,
  bits: Uint8Array,
  numbers: ArrayLike<number>,
  bias: ArrayLike<number>,
): WeightsEdit {
  const edit = {
    kind: "weights",
    node: node.name,
    shape,
    block,
    kept: packBits(bits),
    filter: "",
    bias: packNumbers(bias),
  } as const;
  const kept = keptWeights(edit)!;
  return { ...edit, filter: packNumbers(Array.from(numbers).filter((_, i) => kept[i])) };
}
