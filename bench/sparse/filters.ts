/** A dense convolution, and the same with some of its weights 0. */
import { type Graph, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import type { Positions } from "../../src/ops/positions.js";
import { uniform } from "../../src/random.js";
import type { ConvShape } from "../kernels/shapes.js";
import type { Variant } from "./kinds/kind.js";

/** Shares of zeros that kinds with random places are measured at. */
const SPARSITIES = [0.25, 0.5, 0.75, 0.9, 0.95];

/** Names in the graphs of the kinds. */
export const [INPUT, LAYER, FILTER] = ["x", "conv", "conv.weight"] as const;

type Indices = readonly [output: number, channel: number, row: number, column: number];

export interface Around {
  /** Channels of the input that are read, in front of the convolution. */
  readonly reads?: readonly number[];
  /** Channels of the output that are written, behind it; the others are 0. */
  readonly writes?: readonly number[];
  /** Pixels of the output that are computed. */
  readonly positions?: Positions;
}

/** A convolution with bias, of seeded weights; where channels are read or written it has so many. */
export function layerGraph(shape: ConvShape, { reads, writes, positions }: Around = {}): Graph {
  const { ic, ih, iw, oc, kh, kw, stride, groups } = shape;
  const b = new GraphBuilder(3);
  let x = b.input(INPUT, [1, ic, ih, iw]);
  if (reads) x = b.node("reads", "gather", { axis: 1, indices: reads }, [x]);
  const outputs = writes?.length ?? oc;
  const filter = b.weights(FILTER, [outputs, (reads?.length ?? ic) / groups, kh, kw], 1);
  const [top, left] = [(kh - 1) / 2, (kw - 1) / 2];
  const window = { strides: [stride, stride], dilations: [1, 1], pads: [top, left, top, left], groups } as const;
  const attrs = positions ? { ...window, positions } : window;
  let y = b.node(LAYER, "conv", attrs, [x, filter, b.weights("conv.bias", [outputs], 1)]);
  if (writes) y = b.node("writes", "scatter", { axis: 1, indices: writes, size: oc }, [y]);
  return b.build("layer", [y]);
}

/** So many of the numbers below `count`, increasing, in random places. */
export function someOf(count: number, wanted: number): number[] {
  const next = uniform(11);
  let left = wanted;
  // Each of those left has the same chance (Knuth, volume 2, algorithm S).
  return Array.from({ length: count }, (_, i) => i).filter((i) => {
    const isChosen = next() * (count - i) < left;
    if (isChosen) left--;
    return isChosen;
  });
}

/** The graph with other numbers in the filter. */
export function withFilter(graph: Graph, filter: Tensor): Graph {
  return { ...graph, constants: new Map([...graph.constants, [FILTER, filter]]) };
}

/** The convolution with those weights alone that are to be kept; it is asked in order. */
export function thinned(dense: Graph, pattern: string, keeps: (indices: Indices, shape: Indices) => boolean): Variant {
  const { shape, data } = dense.constants.get(FILTER)!;
  const [, icg, kh, kw] = shape as unknown as Indices;
  let kept = 0;
  const thin = Float32Array.from(data, (weight, i) => {
    const [column, row] = [i % kw, Math.floor(i / kw) % kh];
    const [channel, output] = [Math.floor(i / (kw * kh)) % icg, Math.floor(i / (kw * kh * icg))];
    const isKept = keeps([output, channel, row, column], shape as unknown as Indices);
    if (isKept) kept++;
    return isKept ? weight : 0;
  });
  return { pattern, sparsity: 1 - kept / sizeOf(shape), graph: withFilter(dense, { shape, data: thin }) };
}

/** Zeros in random places that `rows` neighbouring output channels share. */
export function randomBlocks(dense: Graph, rows: number): Variant[] {
  const { shape, data } = dense.constants.get(FILTER)!;
  const columns = data.length / shape[0]!;
  return SPARSITIES.map((sparsity) => {
    const next = uniform(5);
    const keeps = Array.from({ length: Math.ceil(shape[0]! / rows) * columns }, () => next() >= sparsity);
    let i = 0;
    return thinned(
      dense,
      String(sparsity),
      ([output]) => keeps[Math.floor(output / rows) * columns + (i++ % columns)]!,
    );
  });
}
