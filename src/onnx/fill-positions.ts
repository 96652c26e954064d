/**
 * conv that computes some positions  becomes  what ONNX can say: a conv with larger strides and a nearest Resize where the positions
 * are a regular grid, which saves what it saves here; else the whole conv and a Gather of what is nearest, which saves nothing.
 *
 * A grid begins at its first row r and has every k-th: the nearest of row p is (p - r) / k, halves rounded down, which is how Resize
 * rounds with coordinates "asymmetric". In front of r and behind the last that is resized the edge is repeated.
 */
import { allNames, freshName, rewriteNodes } from "../graph/edit.js";
import type { Graph, Node, Shape } from "../graph/graph.js";
import { type AttrsOf, isOp, makeNode, type NodeOf, type OpName } from "../ops/index.js";
import { nearestComputed, type Positions } from "../ops/positions.js";
import { inferShapes } from "../ops/walk.js";

/** The graph with such convolutions written out; it means the same. */
export function fillPositions(graph: Graph): Graph {
  const isPerforated = (node: Node): node is NodeOf<"conv"> => isOp(node, "conv") && node.attrs.positions !== undefined;
  if (!graph.nodes.some(isPerforated)) return graph;
  const shapes = inferShapes(graph);
  const taken = allNames(graph);
  return rewriteNodes(graph, (node) => (isPerforated(node) ? new Filling(node, shapes, taken).nodes : [node]));
}

/** Rows, or columns, of which every `step`-th is computed, from `first` on. */
interface Progression {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

class Filling {
  readonly nodes: Node[] = [];
  readonly #node: NodeOf<"conv">;
  readonly #taken: Set<string>;
  #last: string;

  constructor(node: NodeOf<"conv">, shapes: ReadonlyMap<string, Shape>, taken: Set<string>) {
    this.#node = node;
    this.#taken = taken;
    this.#last = node.inputs[0]!;
    const { positions } = node.attrs;
    const output = shapes.get(node.outputs[0]!)!;
    const grid = "rows" in positions! ? [positions.rows, positions.columns].map(progressionOf) : [undefined];
    const isRegular = grid.every((axis) => axis !== undefined);
    if (isRegular) this.#regular(grid, shapes.get(node.inputs[0]!)!, shapes.get(node.inputs[1]!)!, output);
    else this.#any(positions!, output);
  }

  /** Writes a node that reads the last one's output; the final one has the convolution's name and output. */
  #add<K extends OpName>(op: K, attrs: AttrsOf<K>, what: string, rest: readonly string[] = []): void {
    const output = what === "" ? this.#node.outputs[0]! : freshName(`${this.#node.name}:${what}`, this.#taken);
    this.nodes.push(makeNode(op, attrs, [this.#last, ...rest], output, what === "" ? this.#node.name : output));
    this.#last = output;
  }

  #regular(grid: readonly Progression[], x: Shape, filter: Shape, output: Shape): void {
    const { positions: _, ...attrs } = this.#node.attrs;
    const spans = grid.map(({ first, step, count }, axis) => {
      const stride = attrs.strides[axis]!;
      const begin = first * stride - attrs.pads[axis]!;
      const reach = (filter[2 + axis]! - 1) * attrs.dilations[axis]! + 1;
      return { begin, end: begin + (count - 1) * step * stride + reach, stride: step * stride };
    });
    this.#crop(spans, x);
    const strides = spans.map(({ stride }) => stride) as [number, number];
    const before = spans.map(({ begin }) => Math.max(0, -begin));
    const after = spans.map(({ end }, axis) => Math.max(0, end - x[2 + axis]!));
    const pads = [...before, ...after] as [number, number, number, number];
    this.#add("conv", { ...attrs, strides, pads }, "computed", this.#node.inputs.slice(1));
    this.#resize(grid, output);
  }

  /** The part of the input that the windows reach, which must not be more than it takes. */
  #crop(spans: readonly { begin: number; end: number }[], x: Shape): void {
    const starts = spans.map(({ begin }) => Math.max(0, begin));
    const ends = spans.map(({ end }, axis) => Math.min(x[2 + axis]!, end));
    if (starts.every((start) => start === 0) && ends.every((end, axis) => end === x[2 + axis])) return;
    this.#add("slice", { axes: [2, 3], starts, ends, steps: [1, 1] }, "reached");
  }

  #resize(grid: readonly Progression[], output: Shape): void {
    const sizes = grid.map(({ step, count }) => step * count);
    const front = grid.map(({ first }) => first);
    const used = sizes.map((size, axis) => Math.min(size, output[2 + axis]! - front[axis]!));
    const behind = used.map((size, axis) => output[2 + axis]! - front[axis]! - size);
    const isCut = used.some((size, axis) => size < sizes[axis]!);
    const isPadded = [...front, ...behind].some((count) => count > 0);
    const attrs = { ...NEAREST, axes: [2, 3], sizes, scales: grid.map(({ step }) => step) };
    this.#add("resample", attrs, isCut || isPadded ? "resized" : "");
    if (isCut) {
      this.#add("slice", { axes: [2, 3], starts: [0, 0], ends: used, steps: [1, 1] }, isPadded ? "inside" : "");
    }
    if (isPadded) this.#add("pad", { before: [0, 0, ...front], after: [0, 0, ...behind], mode: "edge", value: 0 }, "");
  }

  #any(positions: Positions, [, oc, oh, ow]: Shape): void {
    const { positions: _, ...attrs } = this.#node.attrs;
    this.#add("conv", attrs, "whole", this.#node.inputs.slice(1));
    this.#add("reshape", { shape: [0, oc!, oh! * ow!] }, "rows");
    this.#add("gather", { axis: 2, indices: [...nearestComputed(positions, oh!, ow!)] }, "nearest");
    this.#add("reshape", { shape: [0, oc!, oh!, ow!] }, "");
  }
}

const NEAREST = {
  mode: "nearest",
  coordinates: "asymmetric",
  nearest: "round_prefer_floor",
  cubic: -0.75,
  excludeOutside: false,
  antialias: false,
  outside: 0,
  starts: [],
  ends: [],
} as const;

function progressionOf(list: readonly number[]): Progression | undefined {
  const [first, second] = list as [number, number?];
  const step = second === undefined ? 1 : second - first;
  return list.every((number, i) => number === first + i * step) ? { first, step, count: list.length } : undefined;
}
