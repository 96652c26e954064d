/**
 * conv whose input channels read few taps  becomes  a sum of smaller convs, dilated as the taps are.
 *
 * ONNX has no list of taps. But the taps n, n + m, n + 2m, .. of a window are a smaller window with dilation m, so input channels
 * that read the same such taps (intra-kernel strided sparsity, Anwar et al. 2017, section 3) are one dilated convolution; those that
 * read none drop out. Fires where that leaves clearly fewer multiply-adds in few convolutions. Changes outputs by rounding only.
 */
import { allNames, freshName, rewriteNodes } from "../graph/edit.js";
import type { Graph, Node, Shape, Tensor } from "../graph/graph.js";
import { isOp, makeNode, type NodeOf } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";

/** More convolutions than this in place of one cost more time than they save. */
const MOST_PARTS = 4;
/** Share of the multiply-adds that may be left. */
const WORTH = 0.75;

/** Every `step`-th place from `first` on, `count` of them. */
interface Progression {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** Input channels that read the same rows and columns of the window. */
interface Part {
  readonly rows: Progression;
  readonly columns: Progression;
  readonly channels: number[];
}

/** The graph with such convolutions split; the same graph where there are none. */
export function splitTaps(graph: Graph): Graph {
  const found = new Map(graph.nodes.flatMap((node) => (isOp(node, "conv") ? candidate(graph, node) : [])));
  if (found.size === 0) return graph;
  const rewriting = new Rewriting(graph);
  return rewriteNodes(
    graph,
    (node) => (found.has(node) ? rewriting.split(node as NodeOf<"conv">, found.get(node)!) : [node]),
    rewriting.constants,
  );
}

function candidate(graph: Graph, node: NodeOf<"conv">): [Node, readonly Part[]][] {
  const filter = graph.constants.get(node.inputs[1]!);
  if (!filter || node.attrs.groups !== 1) return [];
  const parts = partsOf(filter);
  const [, ic, kh, kw] = filter.shape as [number, number, number, number];
  const left = parts.reduce(
    (sum, { rows, columns, channels }) => sum + channels.length * rows.count * columns.count,
    0,
  );
  return parts.length > 0 && parts.length <= MOST_PARTS && left <= WORTH * ic * kh * kw ? [[node, parts]] : [];
}

/** The input channels by what they read, in the order in which their patterns first appear. */
function partsOf(filter: Tensor): readonly Part[] {
  const [, ic, kh, kw] = filter.shape as [number, number, number, number];
  const parts = new Map<string, Part>();
  const used = usedTaps(filter);
  for (let c = 0; c < ic; c++) {
    const taps = [...Array(kh * kw).keys()].filter((tap) => used[c * kh * kw + tap]);
    if (taps.length === 0) continue;
    const rows = progressionOf(taps.map((tap) => Math.floor(tap / kw)));
    const columns = progressionOf(taps.map((tap) => tap % kw));
    const key = JSON.stringify([rows, columns]);
    const part = parts.get(key) ?? { rows, columns, channels: [] };
    parts.set(key, part);
    part.channels.push(c);
  }
  return [...parts.values()];
}

/** For each input channel and tap whether any output reads it. */
function usedTaps({ shape, data }: Tensor): Uint8Array {
  const perOutput = data.length / shape[0]!;
  const used = new Uint8Array(perOutput);
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) used[i % perOutput] = 1;
  return used;
}

/** The shortest progression with all of these places. */
function progressionOf(places: readonly number[]): Progression {
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  const first = sorted[0]!;
  const step = sorted.reduce((divisor, place) => greatestDivisor(place - first, divisor), 0) || 1;
  return { first, step, count: (sorted.at(-1)! - first) / step + 1 };
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

class Rewriting {
  readonly constants = new Map<string, Tensor>();
  readonly #graph: Graph;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #taken: Set<string>;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#shapes = inferShapes(graph);
    this.#taken = allNames(graph);
  }

  /** The last node has the split one's name and output. */
  split(node: NodeOf<"conv">, parts: readonly Part[]): Node[] {
    const [own] = node.outputs;
    if (parts.length === 1) return this.#convolution(node, parts[0]!, own!, node.name, true);
    const outputs = parts.map(() => this.#fresh(`${own}:taps`));
    const nodes = parts.flatMap((part, i) => this.#convolution(node, part, outputs[i]!, outputs[i]!, i === 0));
    let sum = outputs[0]!;
    outputs.slice(1).forEach((output, i) => {
      const isLast = i === parts.length - 2;
      const total = isLast ? own! : this.#fresh(`${own}:sum`);
      nodes.push(makeNode("add", {}, [sum, output], total, isLast ? node.name : total));
      sum = total;
    });
    return nodes;
  }

  /** The part's planes, cropped where its window begins behind the padding's end, through its smaller window. */
  #convolution(node: NodeOf<"conv">, part: Part, output: string, name: string, hasBias: boolean): Node[] {
    const filter = this.#graph.constants.get(node.inputs[1]!)!;
    const weight = this.#constant(`${name}.taps`, thinned(filter, part));
    const { pads, dilations } = node.attrs;
    const [, , kh, kw] = filter.shape as [number, number, number, number];
    const before = [part.rows, part.columns].map(({ first }, axis) => pads[axis]! - first * dilations[axis]!);
    const after = [part.rows, part.columns].map((taps, axis) => {
      const behind = [kh, kw][axis]! - 1 - lastOf(taps);
      return pads[axis + 2]! - behind * dilations[axis]!;
    });
    const nodes: Node[] = [];
    let x = node.inputs[0]!;
    if (part.channels.length < filter.shape[1]!) {
      const gathered = this.#fresh(`${name}:channels`);
      nodes.push(makeNode("gather", { axis: 1, indices: part.channels }, [x], gathered));
      x = gathered;
    }
    const crop = cropOf(this.#shapes.get(node.inputs[0]!)!, before, after);
    if (crop) {
      const cropped = this.#fresh(`${name}:inside`);
      nodes.push(makeNode("slice", crop, [x], cropped));
      x = cropped;
    }
    const [top, left, bottom, right] = [...before, ...after].map((pad) => Math.max(0, pad)) as [
      number,
      number,
      number,
      number,
    ];
    const attrs = {
      ...node.attrs,
      pads: [top, left, bottom, right] as const,
      dilations: [dilations[0] * part.rows.step, dilations[1] * part.columns.step] as const,
    };
    const bias = hasBias ? node.inputs.slice(2) : [];
    return [...nodes, makeNode("conv", attrs, [x, weight, ...bias], output, name)];
  }

  #fresh(wanted: string): string {
    return freshName(wanted, this.#taken);
  }

  #constant(wanted: string, tensor: Tensor): string {
    const name = this.#fresh(wanted);
    this.constants.set(name, tensor);
    return name;
  }
}

const lastOf = ({ first, step, count }: Progression) => first + (count - 1) * step;

/** The filter's channels and taps of a part. */
function thinned({ shape, data }: Tensor, { rows, columns, channels }: Part): Tensor {
  const [oc, ic, kh, kw] = shape as [number, number, number, number];
  const kept = new Float32Array(oc * channels.length * rows.count * columns.count);
  let at = 0;
  for (let o = 0; o < oc; o++) {
    for (const c of channels) {
      for (let i = 0; i < rows.count; i++) {
        const from = ((o * ic + c) * kh + rows.first + i * rows.step) * kw + columns.first;
        for (let j = 0; j < columns.count; j++) kept[at++] = data[from + j * columns.step]!;
      }
    }
  }
  return { shape: [oc, channels.length, rows.count, columns.count], data: kept };
}

/** What takes off the rows and columns that negative padding says; undefined where there are none. */
function cropOf(x: Shape, before: readonly number[], after: readonly number[]) {
  if ([...before, ...after].every((pad) => pad >= 0)) return undefined;
  const cut = (pad: number) => Math.max(0, -pad);
  return {
    axes: [2, 3],
    starts: before.map(cut),
    ends: after.map((pad, axis) => x[2 + axis]! - cut(pad)),
    steps: [1, 1],
  };
}
