/** The layers that read a unit's channels, and which of them can read one channel in place of another. */
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import { batchNormAffine } from "../../ops/batch-norm.js";
import { isOp } from "../../ops/index.js";
import { cannotMerge, roomForRest } from "../edits/merge.js";
import type { Unit, UnitMap } from "../units.js";

export interface Reader {
  readonly node: Node;
  /** The value that it reads, and by channel of the unit where the channel lies along that value's axis. */
  readonly value: string;
  readonly axis: number;
  readonly places: readonly (readonly number[])[];
  /** Its filter, and by channel of the unit the slices of the second axis (of the first for a transposed convolution). */
  readonly filter: Tensor;
  readonly filterAxis: number;
  readonly slices: readonly (readonly number[])[];
  /** For each output channel what a batch norm behind it multiplies it by. */
  readonly gains: Float64Array;
  /** Why it cannot read one channel in place of another; undefined where it can. */
  readonly leftOut: string | undefined;
  /** Whether a constant can be added to its outputs. */
  readonly takesRest: boolean;
}

/** Those with constant filters, in running order. */
export function readersOf(map: UnitMap, unit: Unit): Reader[] {
  const { graph, channels } = map;
  return graph.nodes.flatMap((node): Reader[] => {
    const read = unit.owned.find(
      ({ constant, role }) => role === "consume" && node.inputs[1] === constant && isOwner(map, node, constant),
    );
    if (!read) return [];
    const value = node.inputs[0]!;
    const axis = isOp(node, "gemm") ? channels.atoms.get(value)!.length - 1 : 1;
    const atoms = [...channels.atoms.get(value)![axis]!].map((atom) => channels.rootOf(atom));
    const places = unit.roots.map((root) => atoms.flatMap((other, place) => (other === root ? [place] : [])));
    const own = { node, value, axis, places, filter: read.tensor, filterAxis: read.axis, slices: read.slices };
    return [{ ...own, gains: gainsOf(graph, node, read.tensor), ...mergingOf(graph, node, read.constant) }];
  });
}

const isOwner = ({ channels }: UnitMap, node: Node, constant: string) =>
  channels.owners.some((owner) => owner.node === node.name && owner.constant === constant && owner.role === "consume");

function mergingOf(graph: Graph, node: Node, constant: string): Pick<Reader, "leftOut" | "takesRest"> {
  if (!isOp(node, "conv") && !isOp(node, "gemm")) return { leftOut: `is a ${node.op}`, takesRest: false };
  return { leftOut: cannotMerge(graph, node, constant), takesRest: roomForRest(graph, node) !== undefined };
}

/** 1 for each output unless a batch norm alone reads them. */
function gainsOf(graph: Graph, node: Node, filter: Tensor): Float64Array {
  const norm = normBehind(graph, node);
  if (!norm) return new Float64Array(isOp(node, "transposed-conv") ? 0 : filter.shape[0]!).fill(1);
  return norm.scale;
}

/** What a batch norm with constant parameters makes of a node's channels, if it alone reads them. */
export function normBehind(graph: Graph, node: Node): { scale: Float64Array; shift: Float64Array } | undefined {
  const output = node.outputs[0]!;
  const readers = graph.nodes.filter((reader) => reader.inputs.includes(output));
  const norm = readers.length === 1 && !graph.outputs.includes(output) ? readers[0] : undefined;
  if (!isOp(norm, "batch-norm") || norm.inputs[0] !== output) return undefined;
  const parameters = norm.inputs.slice(1).map((name) => graph.constants.get(name));
  return parameters.every((tensor) => tensor !== undefined)
    ? batchNormAffine(norm.attrs.epsilon, parameters)
    : undefined;
}

/** The weights that read a channel, each times the gain of its output, in the order of the filter. */
export function outgoing(reader: Reader, channel: number): Float64Array {
  const { filter, filterAxis, gains, slices } = reader;
  const inner = filter.shape.slice(filterAxis + 1).reduce((product, size) => product * size, 1);
  const [size, outer] = [filter.shape[filterAxis]!, filter.shape.slice(0, filterAxis).reduce((p, n) => p * n, 1)];
  const weights = new Float64Array(outer * slices[channel]!.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    const gain = filterAxis === 1 ? gains[o]! : 1;
    for (const slice of slices[channel]!) {
      const from = (o * size + slice) * inner;
      for (let i = 0; i < inner; i++) weights[at++] = gain * filter.data[from + i]!;
    }
  }
  return weights;
}

/** Whether a channel can be folded into another without a weight that was zero becoming another number. */
export function keepsZeros({ filter: { shape, data }, slices }: Reader, from: number, into: number): boolean {
  const [outputs, width] = shape as [number, number];
  const taps = shape.slice(2).reduce((product, size) => product * size, 1);
  return slices[from]!.every((slice, k) => {
    const target = slices[into]![k]!;
    for (let o = 0; o < outputs; o++) {
      for (let t = 0; t < taps; t++) {
        const place = o * width * taps + t;
        if (data[place + target * taps] === 0 && data[place + slice * taps] !== 0) return false;
      }
    }
    return true;
  });
}
