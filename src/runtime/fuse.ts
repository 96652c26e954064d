/**
 * Groups layers that one kernel call computes: a gather of planes goes into the loads of the convolution behind it; a scatter of planes, a
 * residual sum and a clip go into the store of what comes before.
 */
import type { Layer, Network } from "../gen/network.js";
import type { Shape } from "./shape.js";
import type { Picked } from "./site.js";
import type { Checked } from "./verify.js";

/** Layers that run as one. */
export interface Group {
  /** Numbers of the layers, in order. */
  readonly layers: readonly number[];
  /** The one of them whose kernel does the work. */
  readonly worker: number;
  /** Values that the first layer reads. */
  readonly inputs: readonly number[];
  /** Which planes of its input the worker reads, and where its planes go among the output's. */
  readonly reads: Picked | undefined;
  readonly writes: Picked | undefined;
  readonly residual: number | undefined;
  /** The value that the last layer defines. */
  readonly output: number;
  readonly lo: number;
  readonly hi: number;
  /** Whether the residual is known to lie between the two. */
  readonly residualIsClamped: boolean;
}

export function fuse(network: Network, { shapes, ruleOf }: Pick<Checked, "shapes" | "ruleOf">): Group[] {
  const { inputs, layers } = network;
  const soleReader = findSoleReaders(network, shapes.length);
  const taken = new Uint8Array(layers.length);
  /** Gathers of planes by the layers that read them. */
  const gathers = new Map<number, number>();
  /** Between which numbers all of a value lies, where a clamp sees to that. */
  const ranges = new Map<number, readonly [least: number, most: number]>();

  const grow = (first: number): Group => {
    const { op: own } = layers[first]!;
    const rule = ruleOf(own.type);
    const gather = gathers.get(first);
    const members = gather === undefined ? [first] : [gather, first];
    let output = inputs.length + first;
    let residual: number | undefined;
    let [lo, hi] = [-Infinity, Infinity];
    const absorb = (layer: number) => {
      members.push(layer);
      taken[layer] = 1;
      output = inputs.length + layer;
    };
    let next = soleReader[output]!;
    const scattered = next >= 0 && rule.scatters?.(own) ? layers[next]!.op : undefined;
    let writes: Picked | undefined;
    if (scattered?.type === "scatter" && scattered.axis === 1) {
      writes = { indices: scattered.indices, of: scattered.size };
      absorb(next);
      next = soleReader[output]!;
    }
    const sum = rule.adds && next >= 0 ? residualOf(next, output, first) : undefined;
    if (sum !== undefined) {
      residual = sum;
      absorb(next);
      next = soleReader[output]!;
    }
    const op = next >= 0 ? layers[next]!.op : undefined;
    if (rule.clamps && op?.type === "clip") {
      [lo, hi] = [op.min, op.max];
      absorb(next);
    }
    const range = own.type === "clip" ? ([own.min, own.max] as const) : ([lo, hi] as const);
    ranges.set(output, range);
    const [least, most] = (residual === undefined ? undefined : ranges.get(residual)) ?? [-Infinity, Infinity];
    return {
      layers: members,
      worker: first,
      ...(gather === undefined
        ? { inputs: layers[first]!.inputs, reads: undefined }
        : readsOf(layers[gather]!, shapes)),
      writes,
      residual,
      output,
      lo,
      hi,
      residualIsClamped: least >= lo && most <= hi,
    };
  };

  /** The other operand of a plain sum, if it exists by the time layer `first` runs. */
  const residualOf = (layer: number, value: number, first: number): number | undefined => {
    const { op, inputs: read } = layers[layer]!;
    if (op.type !== "binary" || op.kind !== "add" || read.length !== 2) return undefined;
    const other = read[0] === value ? read[1]! : read[0]!;
    const sameShape =
      shapes[other]!.length === shapes[value]!.length && shapes[other]!.every((s, i) => s === shapes[value]![i]);
    return other !== value && other < inputs.length + first && sameShape ? other : undefined;
  };

  layers.forEach(({ op }, i) => {
    const reader = soleReader[inputs.length + i]!;
    if (op.type !== "gather" || op.axis !== 1 || reader < 0 || !ruleOf(layers[reader]!.op.type).gathers) return;
    gathers.set(reader, i);
    taken[i] = 1;
  });
  const groups: Group[] = [];
  layers.forEach((_, i) => {
    if (!taken[i]) groups.push(grow(i));
  });
  return groups;
}

/** What a group that begins with this gather reads. */
function readsOf({ op, inputs }: Layer, shapes: readonly Shape[]): Pick<Group, "inputs" | "reads"> {
  return { inputs, reads: op.type === "gather" ? { indices: op.indices, of: shapes[inputs[0]!]![1]! } : undefined };
}

/** For each value the layer that alone reads it; -1 where several do, or none, or an output. */
function findSoleReaders({ layers, outputs }: Network, values: number): Int32Array {
  const NOBODY = -2;
  const reader = new Int32Array(values).fill(NOBODY);
  const read = (value: number, by: number) => (reader[value] = reader[value] === NOBODY ? by : -1);
  layers.forEach((layer, i) => layer.inputs.forEach((value) => read(value, i)));
  outputs.forEach(({ value }) => read(value, -1));
  return reader.map((by) => Math.max(by, -1));
}
