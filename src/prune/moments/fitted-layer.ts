/** What a layer with filters is to least squares: for each output position a row of inputs, and a filter's row a channel. */
import type { Graph, Node, Shape, Tensor } from "../../graph/graph.js";
import { PANEL } from "../../linalg/second-moments.js";
import { isOp } from "../../ops/index.js";
import { nearestComputed, type Positions } from "../../ops/positions.js";
import { inferShapes } from "../../ops/walk.js";

export interface FittedLayer {
  readonly name: string;
  readonly node: Node;
  readonly filter: Tensor;
  readonly bias: Tensor | undefined;
  /** Groups of channels that have nothing to do with one another. */
  readonly groups: number;
  /** Numbers that an output of a group is computed from, in the order of the filter's row. */
  readonly width: number;
  /** Outputs of each group. */
  readonly outputs: number;
  /** Output positions of a sample. */
  readonly positions: number;
  /**
   * Those of them that count, where not all do: of pixels that are listed one by one the layer is fitted to what it computes, while that of a
   * grid is fitted to all pixels that show it. Either way kept more of ResNet-20's accuracy than the other one.
   */
  readonly counting?: readonly number[] | undefined;
  /** Puts what the outputs at a position are computed from into the row that begins at `row` (see `SecondMoments`). */
  writeInputs(
    x: Float32Array,
    group: number,
    position: number,
    rows: Float32Array,
    places: Int32Array,
    row: number,
  ): void;
  /** Where the number of an output channel at a position lies, of a value with so many channels. */
  outputAt(channel: number, position: number, channels: number): number;
}

/** The layer, if it is one that can be fitted: a convolution or dense layer with constant weights, one sample at a time. */
export function fittedLayer(graph: Graph, node: Node, shapes = inferShapes(graph)): FittedLayer | undefined {
  const [filter, bias] = node.inputs.slice(1).map((name) => graph.constants.get(name));
  if (!filter || (node.inputs.length > 2 && !bias)) return undefined;
  const [x, y] = [shapes.get(node.inputs[0]!)!, shapes.get(node.outputs[0]!)!];
  const own = { name: node.name, node, filter, bias };
  if (isOp(node, "gemm")) return { ...own, ...denseRows(x, filter) };
  if (!isOp(node, "conv") || x[0] !== 1) return undefined;
  const { groups } = node.attrs;
  const [channels, perGroup, kh, kw] = filter.shape as [number, number, number, number];
  return {
    ...own,
    groups,
    width: perGroup * kh * kw,
    outputs: channels / groups,
    positions: y[2]! * y[3]!,
    counting: node.attrs.positions && "pixels" in node.attrs.positions ? node.attrs.positions.pixels : undefined,
    writeInputs: patchWriter(node.attrs, x, y, filter.shape),
    outputAt: (channel, position) => channel * y[2]! * y[3]! + position,
  };
}

function denseRows(x: Shape, filter: Tensor): Omit<FittedLayer, "name" | "node" | "filter" | "bias"> {
  const [outputs, width] = filter.shape as [number, number];
  return {
    groups: 1,
    width,
    outputs,
    positions: x.slice(0, -1).reduce((product, size) => product * size, 1),
    writeInputs(values, _group, position, rows, places, row) {
      for (let i = 0; i < width; i++) rows[places[i]! + row * PANEL] = values[position * width + i]!;
    },
    outputAt: (channel, position, channels) => position * channels + channel,
  };
}

interface Taps {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly positions?: Positions | undefined;
}

/** Patches in the order of the filter: input channel, row, column; zeros where they reach into the padding. A pixel that is not computed has the patch of the one whose value it takes. */
function patchWriter(
  { strides, dilations, pads, positions }: Taps,
  x: Shape,
  y: Shape,
  filter: Shape,
): FittedLayer["writeInputs"] {
  const [, , ih, iw] = x as [number, number, number, number];
  const [, perGroup, kh, kw] = filter as [number, number, number, number];
  const [top, left] = pads;
  const nearest = positions && nearestComputed(positions, y[2]!, y[3]!);
  /** Of the patch at hand: where each tap lies in a plane, or -1 in the padding. */
  const taps = new Int32Array(kh * kw);
  return (values, group, pixel, rows, places, row) => {
    const position = nearest ? nearest[pixel]! : pixel;
    const firstRow = Math.floor(position / y[3]!) * strides[0] - top;
    const firstColumn = (position % y[3]!) * strides[1] - left;
    for (let i = 0; i < kh; i++) {
      const r = firstRow + i * dilations[0];
      for (let j = 0; j < kw; j++) {
        const q = firstColumn + j * dilations[1];
        taps[i * kw + j] = r >= 0 && r < ih && q >= 0 && q < iw ? r * iw + q : -1;
      }
    }
    let f = 0;
    for (let c = 0; c < perGroup; c++) {
      const plane = (group * perGroup + c) * ih * iw;
      for (let t = 0; t < taps.length; t++) {
        const at = taps[t]!;
        rows[places[f++]! + row * PANEL] = at < 0 ? 0 : values[plane + at]!;
      }
    }
  };
}
